// SPDX-License-Identifier: MIT
// Each way of a batch is abandoned before each of its accesses, and so is the settling after it, at some of its
// own.

using System;
using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class JournalTests
{
    [Theory]
    [InlineData(8192)]
    [InlineData(2048)]
    public void ARefillIsDoneOrUndone(int size) => AbandonEverywhere(
        (nuint)size, (s, block) => s.TakeOut(block, 1), (s, block) => Slab.TakeBatch(s.Cell, block));

    [Theory]
    [InlineData(4096)]
    [InlineData(2048)]
    public void AGetFromTheBarnIsDoneOrUndone(int size) => AbandonEverywhere(
        (nuint)size,
        (s, block) =>
        {
            Fill(s, block);
            Assert.True(Barn.TryPut(s.Cell));
            SlabFree.Flush(s.Cell, 0);
        },
        (s, _) => Barn.TryGet(s.Cell));

    [Theory]
    [InlineData(4096)]
    [InlineData(2048)]
    public void APutIntoTheBarnIsDoneOrUndone(int size) =>
        AbandonEverywhere((nuint)size, Fill, (s, _) => Barn.TryPut(s.Cell));

    [Fact]
    public void AClaimIsTheCellsOrNobodys() => AbandonEverywhere(
        8192,
        (s, block) =>
        {
            s.TakeOut(block, 1);
            PartialList.Unclaim(s.Cell);
        },
        (s, _) => PartialList.TryClaimAny(s.Cell));

    [Fact]
    public void AReleaseIsDoneOrUndone() => AbandonEverywhere(
        8192,
        (s, block) =>
        {
            PartialList.Unclaim(s.Cell);
            Assert.True(Arena.StateOf(block).IsListed);
        },
        (s, block) => SlabRelease.TryRelease(s.Cell, block, keepSpare: false));

    [Fact]
    public void APurgeIsDoneOrUndone() => AbandonEverywhere(
        8192,
        (s, block) =>
        {
            PartialList.Unclaim(s.Cell);
            Assert.True(SlabRelease.TryRelease(s.Cell, block, keepSpare: false));
        },
        (s, block) => PageAllocator.TryPurgeFree(block, s.Cell->Owner, ref s.Cell->Claim));

    [Fact]
    public void SettlingWhatIsSettledChangesNothing()
    {
        using CellScene s = new(64);
        nuint block = s.Refill();
        List<nuint> array = s.Array;
        ulong state = Arena.StateOf(block).Value;
        Journal.Settle(s.Cell);
        Assert.Equal(array, s.Array);
        Assert.Equal(state, Arena.StateOf(block).Value);
        Assert.Equal(block, (nuint)s.Cell->Slab.Get());
    }

    private static void AbandonEverywhere(
        nuint size, Action<CellScene, nuint> prepare, Action<CellScene, nuint> act)
    {
        bool isAbandoned = true;
        for (int at = 0; isAbandoned; at++)
        {
            bool isSettlingAbandoned = isAbandoned;
            for (int settlingAt = Matrix.FirstOf(at); isSettlingAbandoned; settlingAt += Matrix.Stride)
            {
                using CellScene s = new(size);
                nuint block = s.NewOwnSlab();
                prepare(s, block);
                HashSet<nuint> outside = Outside(s, block);
                isAbandoned = CellAbandonment.At(at, s.Cell, () => act(s, block));
                isSettlingAbandoned = CellAbandonment.At(settlingAt, s.Cell, () => Journal.Settle(s.Cell));
                Journal.Settle(s.Cell);
                CheckSettled(s, block, outside);
            }
        }
        Assert.False(isAbandoned);
    }

    private static void CheckSettled(CellScene s, nuint block, HashSet<nuint> outside)
    {
        Assert.False(s.Cell->HasUnsettled);
        Assert.Equal(s.Array.Count + s.InBarn.Count, s.Array.Concat(s.InBarn).Distinct().Count());
        Assert.Equal(outside, Outside(s, block));
        for (nuint i = 0; i < Arena.WordsPerBlock; i++)
        {
            Assert.Equal(0UL, Arena.ObjectWords(block)[i].Load() & ObjectWord.Taken);
        }
        BlockState state = Arena.StateOf(block);
        bool isOwn = s.Cell->Slab.Get() == block;
        Assert.Equal(isOwn ? s.Cell->Owner : 0, state.Owner);
        Assert.True(state.IsSlabOf(s.Cache.Cell) || state.IsFree);
        if (state.IsFree) Assert.Empty(s.Out(block));
        if (!isOwn) CheckIsFound(s, block);
        Assert.True(BarnContents.IsSettled(s.Cache.Bucket));
    }

    /// <summary>The hint that an abandoned call failed to set is set by Reclaim at the latest.</summary>
    private static void CheckIsFound(CellScene s, nuint block)
    {
        Reclaim.Everything(s.Thread.Block, s.Cell, s.Frame);
        BlockState state = Arena.StateOf(block);
        if (state.IsFree) Assert.True(ArenaLayout.HintMapAt(Arena.Header, 0).Has(block));
        else Assert.True(state.IsListed && PartialList.MapOf(s.Cache).Has(block));
    }

    /// <summary>What neither the array nor the barn nor the slab has: the program's.</summary>
    private static HashSet<nuint> Outside(CellScene s, nuint block)
    {
        List<nuint> held = s.Array.Concat(s.InBarn).ToList();
        Assert.Subset(s.Out(block).ToHashSet(), held.ToHashSet());
        return s.Out(block).Except(held).ToHashSet();
    }

    private static void Fill(CellScene s, nuint block)
    {
        List<nuint> objects = s.TakeOut(block, (int)s.Cell->Capacity);
        foreach (nuint address in objects) KmemCacheThread.Push(s.Cell, address);
    }
}
