// SPDX-License-Identifier: MIT

using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed class ThreadWordTests
{
    private const ulong LastStamp = (1UL << 29) - 1;

    [Fact]
    public void AZeroWordIsABlockThatWasNeverOwned() =>
        Assert.Equal(ThreadWord.KindUnused, new ThreadWord(0).Kind);

    [Theory]
    [InlineData(ThreadWord.KindFree, 1u, 1UL)]
    [InlineData(ThreadWord.KindClaiming, uint.MaxValue, 1UL)]
    [InlineData(ThreadWord.KindLive, 4194304u, LastStamp)]
    [InlineData(ThreadWord.KindExiting, uint.MaxValue, LastStamp)]
    public void EachFieldIsWhatItWasMadeOf(ulong kind, uint thread, ulong stamp)
    {
        ThreadWord word = ThreadWord.Make(kind, thread, stamp);
        Assert.Equal((kind, thread, stamp), (word.Kind, word.Thread, word.Stamp));
    }

    [Fact]
    public void AStampThatIsTooLargeTouchesNoOtherField()
    {
        ThreadWord word = ThreadWord.Make(ThreadWord.KindLive, 5, LastStamp + 4);
        Assert.Equal((ThreadWord.KindLive, 5u, 3UL), (word.Kind, word.Thread, word.Stamp));
    }

    [Theory]
    [InlineData(ThreadWord.KindUnused, false)]
    [InlineData(ThreadWord.KindFree, false)]
    [InlineData(ThreadWord.KindClaiming, true)]
    [InlineData(ThreadWord.KindLive, true)]
    [InlineData(ThreadWord.KindExiting, true)]
    public void ABlockIsOwnedWhileItIsClaimedLivesOrEnds(ulong kind, bool isOwned)
    {
        ThreadWord word = ThreadWord.Make(kind, 100, 2);
        Assert.Equal(isOwned, word.IsOwned);
        Assert.Equal(isOwned, word.IsOwnedBy(100, 2));
        Assert.False(word.IsOwnedBy(101, 2));
        Assert.False(word.IsOwnedBy(100, 3));
    }

    [Fact]
    public void AnotherKindIsOfTheSameThread()
    {
        ThreadWord word = ThreadWord.Make(ThreadWord.KindExiting, uint.MaxValue, LastStamp);
        for (ulong kind = ThreadWord.KindUnused; kind <= ThreadWord.KindExiting; kind++)
        {
            word = word.To(kind);
            Assert.Equal((kind, uint.MaxValue, LastStamp), (word.Kind, word.Thread, word.Stamp));
        }
    }
}
