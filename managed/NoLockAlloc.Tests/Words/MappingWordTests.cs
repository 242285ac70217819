// SPDX-License-Identifier: MIT

using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed class MappingWordTests
{
    private const ulong Page = 4096;
    private const ulong Piece = 2 << 20;

    [Theory]
    [InlineData(Page, Page)]
    [InlineData(0x7fff_ffff_f000, 5 * Page)]
    [InlineData(0x7f12_3456_7000, ((1UL << 27) - 1) * Page)]
    [InlineData(0x1000_0000_0000, (1UL << 27) * Page)]
    [InlineData(0x1000_0000_0000, 64UL << 40)]
    public void KeepsAddressAndLength(ulong address, ulong bytes)
    {
        MappingWord word = MappingWord.Of((nuint)address, (nuint)bytes);
        Assert.Equal((nuint)address, word.Address);
        Assert.Equal((nuint)bytes, word.Bytes);
        Assert.False(word.IsNever);
        Assert.False(word.CanBeTaken);
    }

    [Theory]
    [InlineData(1, Page)]
    [InlineData(Page, Page)]
    [InlineData(Page + 1, 2 * Page)]
    [InlineData(((1UL << 27) - 1) * Page, ((1UL << 27) - 1) * Page)]
    [InlineData((1UL << 27) * Page + 1, (1UL << 27) * Page + Piece)]
    public void RoundsUpToWhatAWordCanSay(ulong bytes, ulong rounded)
    {
        Assert.Equal((nuint)rounded, MappingWord.RoundUp((nuint)bytes));
        Assert.Equal((nuint)rounded, MappingWord.Of((nuint)Page, (nuint)rounded).Bytes);
    }

    [Theory]
    [InlineData((1UL << 48) + 1)]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 4095)]
    public void RefusesWhatIsLargerThanAnyAddressSpace(ulong bytes) =>
        Assert.Equal((nuint)0, MappingWord.RoundUp((nuint)bytes));

    [Fact]
    public void ASlotThatWasGivenUpCanBeTakenButIsNotNever()
    {
        Assert.True(MappingWord.Never.IsNever);
        Assert.True(MappingWord.Never.CanBeTaken);
        Assert.False(MappingWord.Gone.IsNever);
        Assert.True(MappingWord.Gone.CanBeTaken);
    }
}
