// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Words;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class SlabReleaseTests
{
    public static TheoryData<int> Sizes() => [8, 192, 8192];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void AnEmptySlabBecomesAFreeBlockWithZeroWords(int size)
    {
        using CellScene s = new((nuint)size);
        nuint block = Listed(s);
        Assert.True(SlabRelease.TryRelease(s.Cell, block, keepSpare: false));
        Assert.True(Arena.StateOf(block).IsFree);
        Assert.True(Arena.StateOf(block).IsDirty);
        Assert.Equal(1UL, Arena.Header->DirtyBlocks.Load());
        for (nuint i = 0; i < Arena.WordsPerBlock; i++) Assert.Equal(0UL, Arena.ObjectWords(block)[i].Load());
        Assert.False(PartialList.MapOf(s.Cache).Has(block));
        Assert.False(s.Cell->HasUnsettled);
        Assert.Equal(1UL, s.World.StatisticsOf(s.Cache.Bucket).FreeSlab);
        Assert.Equal(block, PageAllocator.TakeSlab(s.Cache.Cell, 0, null));
    }

    [Fact]
    public void TheLastSlabWithRoomStaysIfASpareIsWanted()
    {
        using CellScene s = new(1024);
        nuint first = Listed(s);
        Assert.False(SlabRelease.TryRelease(s.Cell, first, keepSpare: true));
        nuint second = Listed(s);
        Assert.True(SlabRelease.TryRelease(s.Cell, first, keepSpare: true));
        Assert.False(SlabRelease.TryRelease(s.Cell, second, keepSpare: true));
        Assert.True(SlabRelease.TryRelease(s.Cell, second, keepSpare: false));
    }

    [Fact]
    public void ASlabOfWhichAnObjectIsOutStays()
    {
        using CellScene s = new(8);
        nuint block = Listed(s);
        List<nuint> objects = s.TakeOut(block, (int)s.Cache.Objects);
        for (int i = 0; i < objects.Count - 1; i++) Slab.TryGiveBack(objects[i], s.Cache, null);
        ulong before = Arena.StateOf(block).Value;
        Assert.False(SlabRelease.TryRelease(s.Cell, block, keepSpare: false));
        Assert.Equal(before, Arena.StateOf(block).Value);
        Slab.TryGiveBack(objects[^1], s.Cache, null);
        Assert.True(SlabRelease.TryRelease(s.Cell, block, keepSpare: false));
    }

    [Fact]
    public void ASlabThatIsClaimedOrAnotherBucketsStays()
    {
        using CellScene s = new(1024);
        nuint claimed = s.NewSlab(owner: 9);
        nuint ofAnother = PageAllocator.TakeSlab(KmemCache.Of(1).Cell, 0, null);
        foreach (nuint block in new[] { claimed, ofAnother, s.NewOwnSlab(), Arena.Header->Blocks - 1 })
        {
            ulong before = Arena.StateOf(block).Value;
            Assert.False(SlabRelease.TryRelease(s.Cell, block, keepSpare: false));
            Assert.Equal(before, Arena.StateOf(block).Value);
        }
    }

    /// <summary>Whoever takes an object while the slab is released has it, and the slab stays; or he comes
    /// too late and gets none.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(8192)]
    public void ATakerAndAReleaseDoNotBothSucceed(int size)
    {
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            using CellScene s = new((nuint)size);
            nuint block = Listed(s);
            nuint taken = 0;
            bool isReleased = false;
            isInterrupted = RunAt.Access(
                at,
                () => taken = Slab.TakeOne(block, s.Cache),
                () => isReleased = SlabRelease.TryRelease(s.Cell, block, keepSpare: false));
            Assert.False(taken != 0 && isReleased);
            Assert.Equal(isReleased, Arena.StateOf(block).IsFree);
            if (taken == 0) continue;
            Assert.Equal([taken], s.Out(block));
            Assert.True(Slab.TryGiveBack(taken, s.Cache, null));
            Assert.True(SlabRelease.TryRelease(s.Cell, block, keepSpare: false));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WhereWarmBlocksAreEnoughTheMemoryGoesBackToTheOs(bool refuses)
    {
        using CellScene s = new(8192);
        nuint block = Listed(s);
        *(ulong*)Arena.AddressOf(block) = 1;
        Arena.Header->DirtyBlocks.Store(64);
        FreshWorld.Machine.Memory.RefusesPurge = refuses;
        Assert.True(SlabRelease.TryRelease(s.Cell, block, keepSpare: false));
        Assert.Equal(refuses, Arena.StateOf(block).IsDirty);
        Assert.Equal(refuses ? 65UL : 64UL, Arena.Header->DirtyBlocks.Load());
        Assert.Equal(refuses ? 1UL : 0UL, *(ulong*)Arena.AddressOf(block));
    }

    /// <summary>An empty slab that nobody has claimed.</summary>
    private static nuint Listed(CellScene s)
    {
        nuint block = s.NewSlab();
        PartialList.AfterGiveBack(block);
        return block;
    }
}
