// SPDX-License-Identifier: MIT

using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed class RunJournalTests
{
    private static readonly BlockState s_moving = new BlockState(0).ToRunMoving(16384, 1);
    private static readonly BlockState s_other = s_moving.ToFree(dirty: true).ToRunMoving(1, 0);
    private static readonly BlockState s_part = new BlockState(0).ToRunPart(16384, 1);

    private RunJournal _journal;

    [Fact]
    public unsafe void ItHasItsSize() => Assert.Equal(RunJournal.Bytes, (nuint)sizeof(RunJournal));

    [Fact]
    public void ItNamesTheRunAndHowManyBlocksAreCertain()
    {
        Assert.Equal((nuint)0, _journal.First);
        _journal.Begin(40, 64, s_moving, owned: 0);
        Check(40, 64, s_moving, 0, default);
        _journal.Note(63, s_part);
        Check(40, 64, s_moving, 63, s_part);
        _journal.Note(64, default);
        Check(40, 64, s_moving, 64, default);
        _journal.Begin(50, 7, s_other, owned: 7);
        Check(50, 7, s_other, 7, default);
        _journal.End();
        Assert.Equal((nuint)0, _journal.First);
    }

    [Fact]
    public void AtNoMomentDoesABlockStandBesideAnothersState()
    {
        _journal.Begin(40, 64, s_moving, owned: 0);
        RunAt.EachAccess(Look, () => _journal.Begin(41, 7, s_other, owned: 7));
        RunAt.EachAccess(Look, () => _journal.Begin(40, 64, s_moving, owned: 0));
        RunAt.EachAccess(Look, () => _journal.End());
    }

    [Fact]
    public void ItNamesTheRunBelowWhereOneIsJoinedOrCut()
    {
        BlockState below = s_moving.ToRunHead(9);
        _journal.Begin(40, 64, s_moving, owned: 64, below);
        Check(40, 64, s_moving, 64, default);
        Assert.Equal(below.Value, _journal.Below.Value);
        _journal.ChangeAs(s_other);
        Check(40, 64, s_other, 64, default);
        _journal.Begin(41, 7, s_other, owned: 0);
        Assert.False(_journal.Below.IsRunHead);
        _journal.NoteBelow(below);
        Assert.Equal(below.Value, _journal.Below.Value);
    }

    [Fact]
    public void ItsNumberAndOwnerAreLeftAlone()
    {
        _journal.Owner = 16384;
        _journal.Number = 1;
        _journal.Begin(40, 64, s_moving, owned: 0);
        _journal.End();
        Assert.Equal((16384UL, 1UL), (_journal.Owner, _journal.Number));
    }

    private void Look()
    {
        if (_journal.First == 40) Check(40, 64, s_moving, 0, default);
        if (_journal.First == 41) Check(41, 7, s_other, 7, default);
    }

    private void Check(nuint first, nuint blocks, BlockState moving, nuint owned, BlockState edge) =>
        Assert.Equal(
            (first, blocks, moving.Value, owned, edge.Value),
            (_journal.First, _journal.Blocks, _journal.As.Value, _journal.Owned, _journal.Edge.Value));
}
