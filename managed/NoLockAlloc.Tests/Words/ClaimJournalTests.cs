// SPDX-License-Identifier: MIT

using NoLockAlloc.Machine;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed class ClaimJournalTests
{
    private static readonly BlockState s_first = new BlockState(0).ToSlab(832, 1);
    private static readonly BlockState s_second = s_first.ToReleasing(1).ToFree(dirty: true).ToSlab(832, 2);

    private ClaimJournal _journal;

    [Fact]
    public void AClaimIsABlockAndTheStateItWouldHave()
    {
        Assert.Equal((nuint)0, _journal.Block);
        _journal.Begin(40, s_first);
        Assert.Equal((nuint)40, _journal.Block);
        Assert.Equal(s_first.Value, _journal.As.Value);
        _journal.End();
        Assert.Equal((nuint)0, _journal.Block);
    }

    [Fact]
    public void AtNoMomentDoesABlockStandBesideAnothersState()
    {
        _journal.Begin(40, s_first);
        RunAt.EachAccess(Check, () => _journal.Begin(41, s_second));
        RunAt.EachAccess(Check, () => _journal.End());
        Check();
        RunAt.EachAccess(Check, () => _journal.Begin(40, s_first));
        Assert.Equal((nuint)40, _journal.Block);
        Assert.Null(Atomic.Hook);
    }

    private void Check()
    {
        ulong expected = _journal.Block switch
        {
            40 => s_first.Value,
            41 => s_second.Value,
            _ => _journal.As.Value,
        };
        Assert.Equal(expected, _journal.As.Value);
    }
}
