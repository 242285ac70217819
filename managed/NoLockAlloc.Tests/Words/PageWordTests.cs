// SPDX-License-Identifier: MIT

using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed class PageWordTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(4096, 16384)]
    [InlineData(0, 16384)]
    public void AWordKeepsReferencesGroupAndCallSiteApart(uint group, uint tag)
    {
        ulong entry = ExtensionWord.Entry(group, tag);
        PageWord word = PageWord.Of(1, entry);
        Assert.Equal((1UL, entry, false), (word.References, word.Entry, word.IsLargeKmalloc));
        word = word.Referenced();
        Assert.Equal((2UL, entry), (word.References, word.Entry));
        word = word.Unreferenced();
        Assert.Equal((1UL, entry), (word.References, word.Entry));
        Assert.Equal(0UL, word.Unreferenced().Value);
    }

    [Fact]
    public void AnObjectOfKmallocHasNoReferences()
    {
        ulong entry = ExtensionWord.Entry(7, 9);
        PageWord word = PageWord.OfLargeKmalloc(entry);
        Assert.Equal((0UL, entry, true), (word.References, word.Entry, word.IsLargeKmalloc));
        Assert.NotEqual(0UL, PageWord.OfLargeKmalloc(0).Value);
    }

    [Fact]
    public void ReferencesNeverReachTheGroup()
    {
        PageWord full = PageWord.Of(uint.MaxValue, ExtensionWord.Entry(1, 1));
        Assert.False(full.HasRoomForReference);
        Assert.True(full.Unreferenced().HasRoomForReference);
    }
}
