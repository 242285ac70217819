// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class PartialListTests
{
    [Fact]
    public void AnObjectGivenBackListsASlabThatNobodyHasClaimed()
    {
        using CellScene s = new(1024);
        nuint block = s.NewSlab();
        nuint address = s.TakeOut(block, 1)[0];
        Assert.Equal(HintMap.None, PartialList.Find(s.Cache, 0));
        Assert.True(Slab.TryGiveBack(address, s.Cache, null));
        Assert.True(Arena.StateOf(block).IsListed);
        Assert.Equal(block, PartialList.Find(s.Cache, 0));
        Assert.False(PartialList.MapOf(KmemCache.Of(1)).Has(block));
    }

    [Fact]
    public void AClaimedSlabIsNotListed()
    {
        using CellScene s = new(1024);
        nuint block = s.NewOwnSlab();
        Assert.True(Slab.TryGiveBack(s.TakeOut(block, 1)[0], s.Cache, null));
        Assert.False(Arena.StateOf(block).IsListed);
        Assert.Equal(HintMap.None, PartialList.Find(s.Cache, 0));
    }

    [Fact]
    public void TheLowestListedSlabIsClaimedAndComesOffTheList()
    {
        using CellScene s = new(1024);
        List<nuint> blocks = [s.NewSlab(), s.NewSlab(), s.NewSlab()];
        for (int i = 2; i >= 0; i--) PartialList.AfterGiveBack(blocks[i]);
        foreach (nuint block in blocks)
        {
            s.Cell->Slab.Set(0);
            Assert.True(PartialList.TryClaimAny(s.Cell));
            Assert.Equal(block, (nuint)s.Cell->Slab.Get());
            Assert.True(Arena.StateOf(block).IsClaimedBy(s.Cell->Owner, s.Cache.Cell));
            Assert.False(Arena.StateOf(block).IsListed);
            Assert.False(PartialList.MapOf(s.Cache).Has(block));
            Assert.False(s.Cell->HasUnsettled);
        }
        Assert.False(PartialList.TryClaimAny(s.Cell));
    }

    [Fact]
    public void StaleHintsArePassedOverAndDropped()
    {
        using CellScene s = new(1024);
        nuint claimed = s.NewSlab(owner: 9);
        nuint ofAnother = PageAllocator.TakeSlab(KmemCache.Of(1).Cell, 0, null);
        nuint free = Arena.Header->First + 10;
        foreach (nuint stale in new[] { claimed, ofAnother, free }) PartialList.MapOf(s.Cache).Add(stale);
        Assert.False(PartialList.TryClaimAny(s.Cell));
        Assert.Equal(HintMap.None, PartialList.Find(s.Cache, 0));
        Assert.True(Arena.StateOf(claimed).IsClaimedBy(9, s.Cache.Cell));
        Assert.True(Arena.StateOf(free).IsFree);
    }

    [Fact]
    public void AHintOfAListedSlabIsNotDropped()
    {
        using CellScene s = new(1024);
        nuint block = s.NewSlab();
        PartialList.AfterGiveBack(block);
        PartialList.DropStale(s.Cache, block);
        Assert.Equal(block, PartialList.Find(s.Cache, 0));
    }

    [Fact]
    public void AClaimFailsIfTheSlabChangedMeanwhile()
    {
        using CellScene s = new(1024);
        nuint block = s.NewSlab();
        BlockState seen = Arena.StateOf(block);
        PartialList.AfterGiveBack(block);
        Assert.False(PartialList.TryClaim(s.Cell, s.Cache, block, seen));
        Assert.False(s.Cell->HasUnsettled);
        Assert.True(PartialList.TryClaim(s.Cell, s.Cache, block, Arena.StateOf(block)));
        Assert.Equal(block, s.Cell->Claim.Block);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void ASlabThatIsLetGoIsListedIfItHasRoom(int objects, bool isListed)
    {
        using CellScene s = new(1024);
        nuint block = s.NewOwnSlab();
        s.TakeOut(block, objects);
        PartialList.Unclaim(s.Cell);
        Assert.Equal(0UL, s.Cell->Slab.Get());
        Assert.True(Arena.StateOf(block).IsUnclaimedSlabOf(s.Cache.Cell));
        Assert.Equal(isListed, Arena.StateOf(block).IsListed);
        Assert.Equal(isListed, PartialList.Find(s.Cache, 0) == block);
    }

    [Fact]
    public void LettingGoOfASlabThatIsAnothersChangesNothing()
    {
        using CellScene s = new(1024);
        nuint block = s.NewSlab(owner: 9);
        ulong before = Arena.StateOf(block).Value;
        s.Cell->Slab.Set(block);
        PartialList.Unclaim(s.Cell);
        Assert.Equal(before, Arena.StateOf(block).Value);
        Assert.Equal(0UL, s.Cell->Slab.Get());
    }

    [Fact]
    public void AnObjectThatComesBackWhileASlabIsLetGoListsIt()
    {
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            using CellScene s = new(8192);
            nuint block = s.NewOwnSlab();
            nuint last = s.TakeOut(block, 8)[5];
            isInterrupted = Words.RunAt.Access(
                at, () => Slab.TryGiveBack(last, s.Cache, null), () => PartialList.Unclaim(s.Cell));
            if (!isInterrupted) continue;
            Assert.True(Arena.StateOf(block).IsListed);
            Assert.Equal(block, PartialList.Find(s.Cache, 0));
        }
    }

    [Fact]
    public void AFullSlabIsUnlistedUnlessAnObjectCameBack()
    {
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            using CellScene s = new(8192);
            nuint block = s.NewSlab();
            PartialList.AfterGiveBack(block);
            nuint last = s.TakeOut(block, 8)[5];
            isInterrupted = Words.RunAt.Access(
                at, () => Slab.TryGiveBack(last, s.Cache, null), () => PartialList.Unlist(s.Cache, block));
            Assert.Equal(isInterrupted, Arena.StateOf(block).IsListed);
            Assert.Equal(isInterrupted, PartialList.MapOf(s.Cache).Has(block));
        }
    }

    [Fact]
    public void HasOtherMeansOtherThanThisOne()
    {
        using CellScene s = new(1024);
        nuint first = s.NewSlab();
        nuint second = s.NewSlab();
        Assert.False(PartialList.HasOther(s.Cache, first));
        PartialList.AfterGiveBack(first);
        Assert.False(PartialList.HasOther(s.Cache, first));
        Assert.True(PartialList.HasOther(s.Cache, second));
        PartialList.AfterGiveBack(second);
        Assert.True(PartialList.HasOther(s.Cache, first));
    }
}
