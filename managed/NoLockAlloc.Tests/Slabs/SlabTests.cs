// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class SlabTests
{
    public static TheoryData<int> Sizes() => [8, 96, 192, 1024, 8192];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void EveryObjectIsTakenOnceLowestFirst(int size)
    {
        using CellScene s = new((nuint)size);
        nuint block = s.NewSlab();
        for (nuint i = 0; i < s.Cache.Objects; i++)
        {
            Assert.True(Slab.HasFree(block, s.Cache));
            Assert.Equal(s.Cache.AddressOf(block, i), Slab.TakeOne(block, s.Cache));
            Assert.False(Slab.IsEmpty(block, s.Cache));
        }
        Assert.False(Slab.HasFree(block, s.Cache));
        Assert.Equal((nuint)0, Slab.TakeOne(block, s.Cache));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void AnObjectIsGivenBackOnce(int size)
    {
        using CellScene s = new((nuint)size);
        nuint block = s.NewSlab();
        List<nuint> objects = s.TakeOut(block, (int)s.Cache.Objects);
        foreach (nuint address in objects)
        {
            Assert.True(Slab.TryGiveBack(address, s.Cache, null));
            Assert.False(Slab.TryGiveBack(address, s.Cache, null));
            Assert.True(Slab.HasFree(block, s.Cache));
        }
        Assert.True(Slab.IsEmpty(block, s.Cache));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void BatchesEmptyASlabIntoTheArray(int size)
    {
        using CellScene s = new((nuint)size);
        nuint block = s.NewOwnSlab();
        HashSet<nuint> seen = [];
        while (Slab.TakeBatch(s.Cell, block))
        {
            Assert.InRange(s.Head, 1UL, s.Cache.Batch);
            Assert.Equal(s.Array.OrderByDescending(address => address), s.Array);
            Assert.All(s.Array, address => Assert.True(seen.Add(address)));
            Assert.False(s.Cell->HasUnsettled);
            s.Cell->Head.Set(0);
        }
        Assert.Equal(seen, s.Out(block).ToHashSet());
        Assert.Equal((int)s.Cache.Objects, seen.Count);
        Assert.Equal(0UL, s.Head);
        Assert.False(s.Cell->HasUnsettled);
        for (nuint i = 0; i < Arena.WordsPerBlock; i++)
        {
            Assert.Equal(0UL, Arena.ObjectWords(block)[i].Load() & ObjectWord.Taken);
        }
    }

    [Fact]
    public void ASlabOfAnotherBucketHasNothingForThisOne()
    {
        using CellScene s = new(64);
        nuint block = PageAllocator.TakeSlab(KmemCache.Of(1).Cell, 0, null);
        Assert.Equal((nuint)0, Slab.TakeOne(block, s.Cache));
        Assert.True(Slab.IsEmpty(block, KmemCache.Of(1)));
        Assert.Equal((nuint)0, Slab.TakeOne(Arena.Header->First + 5, s.Cache));
    }

    [Fact]
    public void ABelatedTakerOfASlabThatBeganAnewGivesItsBitBack()
    {
        using CellScene s = new(64);
        nuint block = s.NewSlab();
        int begunAnew = 0;
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            nuint taken = 0;
            isInterrupted = Words.RunAt.Access(
                at,
                () => BeginAnew(block, s.Cache.Cell),
                () => taken = Slab.TakeOne(block, s.Cache));
            if (taken == 0) begunAnew++;
            if (taken == 0) Assert.True(Slab.IsEmpty(block, s.Cache));
            else Assert.Equal([taken], s.Out(block));
            if (taken != 0) Assert.True(Slab.TryGiveBack(taken, s.Cache, null));
        }
        Assert.InRange(begunAnew, 1, 20);

        static void BeginAnew(nuint block, ulong cell)
        {
            BlockState state = Arena.StateOf(block);
            if (!Slab.IsEmpty(block, KmemCache.OfCell(cell))) return;
            Arena.State(block).Store(state.ToReleasing(1).ToFree(dirty: true).ToSlab(cell, 0).Value);
        }
    }
}
