// SPDX-License-Identifier: MIT

using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed class DebugWordTests
{
    private const ulong Generation = (1UL << 28) - 1;

    [Fact]
    public void AWordThatWasNeverWrittenIsFresh()
    {
        Assert.Equal(DebugWord.KindFresh, new DebugWord(0).KindIn(0));
        Assert.Equal(DebugWord.KindFresh, new DebugWord(0).KindIn(7));
    }

    [Theory]
    [InlineData(DebugWord.KindBusy, 1)]
    [InlineData(DebugWord.KindLive, 8192)]
    [InlineData(DebugWord.KindFree, 0)]
    [InlineData(DebugWord.KindLost, 65535)]
    public void ItKeepsKindSizeAndGeneration(ulong kind, int size)
    {
        DebugWord word = new DebugWord(0).To(kind, (nuint)size, Generation);
        Assert.Equal((kind, (nuint)size, Generation), (word.KindIn(Generation), word.Size, word.Generation));
    }

    [Fact]
    public void InAnotherLifeOfTheSlabItCountsAsFresh()
    {
        DebugWord word = new DebugWord(0).To(DebugWord.KindLive, 18, 5);
        Assert.Equal(DebugWord.KindFresh, word.KindIn(6));
    }

    [Fact]
    public void EachChangeMakesAnotherWord()
    {
        DebugWord live = new DebugWord(0).To(DebugWord.KindLive, 18, 5);
        DebugWord again = live.To(DebugWord.KindBusy).To(DebugWord.KindLive);
        Assert.NotEqual(live.Value, again.Value);
        Assert.Equal((DebugWord.KindLive, (nuint)18), (again.KindIn(5), again.Size));
    }

    [Fact]
    public void ThatChangesOverflowTouchesNothingElse()
    {
        DebugWord word = new DebugWord(0).To(DebugWord.KindLive, 18, Generation);
        DebugWord first = word;
        for (int i = 0; i < 1 << 17; i++) word = word.To(DebugWord.KindLive);
        Assert.Equal(first.Value, word.Value);
    }

    [Fact]
    public void IsStillSeesAChange()
    {
        SharedWord word = default;
        DebugWord live = new DebugWord(0).To(DebugWord.KindLive, 18, 5);
        word.Store(live.Value);
        Assert.True(live.IsStill(ref word));
        word.Store(live.To(DebugWord.KindBusy).To(DebugWord.KindLive).Value);
        Assert.False(live.IsStill(ref word));
    }
}
