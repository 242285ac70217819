// SPDX-License-Identifier: MIT

using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed class BlockStateTests
{
    private const ulong Cell = 13 * 832;
    private const ulong LastOwner = 16384 + 64;
    private const ulong LastGeneration = (1UL << 28) - 1;

    [Fact]
    public void AZeroWordIsAFreeCleanBlock() => Check(default, BlockState.KindFree, 0, 0, 0);

    [Fact]
    public void ASlabHasItsCellAndItsOwner()
    {
        Check(new BlockState(0).ToSlab(Cell, LastOwner), BlockState.KindSlab, LastOwner, Cell, 1);
        Check(new BlockState(0).ToSlab(Cell, 0), BlockState.KindSlab, 0, Cell, 1);
    }

    [Fact]
    public void ADirtyBlockBecomesASlabThatIsNotDirty() =>
        Check(new BlockState(0).ToFree(dirty: true).ToSlab(Cell, 7), BlockState.KindSlab, 7, Cell, 2);

    [Fact]
    public void ClaimingChangesTheOwnerAndTakesOffTheList()
    {
        BlockState slab = new BlockState(0).ToSlab(Cell, 0);
        Check(slab.Listed().Claimed(LastOwner), BlockState.KindSlab, LastOwner, Cell, 1);
        Check(slab.Claimed(LastOwner).Claimed(1), BlockState.KindSlab, 1, Cell, 1);
        Check(slab.Claimed(LastOwner).Unclaimed(), BlockState.KindSlab, 0, Cell, 1);
    }

    [Fact]
    public void ListingAndUnlistingChangeNothingElse()
    {
        BlockState slab = new BlockState(0).ToSlab(Cell, 0);
        Check(slab.Listed(), BlockState.KindSlab, 0, Cell, 1, isListed: true);
        Assert.Equal(slab.Listed().Value, slab.Listed().Listed().Value);
        Assert.Equal(slab.Value, slab.Listed().Unlisted().Value);
        Assert.Equal(slab.Value, slab.Unlisted().Value);
    }

    [Fact]
    public void WhatIsNoSlabHasNoCellForAFreeToFind()
    {
        BlockState slab = new BlockState(0).ToSlab(Cell, LastOwner).Listed();
        Check(slab.ToReleasing(9), BlockState.KindReleasing, 9, 0, 2);
        Check(slab.ToPurging(LastOwner), BlockState.KindPurging, LastOwner, 0, 2);
        Check(slab.ToFree(dirty: true), BlockState.KindFree, 0, 0, 2, isDirty: true);
        Check(slab.ToFree(dirty: false), BlockState.KindFree, 0, 0, 2);
        Assert.Equal(Cell, (ushort)slab.Value);
        foreach (BlockState state in new[] { slab.ToReleasing(9), slab.ToPurging(9), slab.ToFree(true) })
        {
            Assert.Equal(0, (ushort)state.Value);
        }
    }

    [Fact]
    public void TheGenerationGrowsAtEachChangeOfKindAndStartsAgain()
    {
        BlockState state = default;
        for (ulong round = 0; round < 100; round++)
        {
            Assert.Equal(round * 5, state.Generation);
            state = state.ToSlab(Cell, 3).Unclaimed().Listed().Claimed(4).ToReleasing(4).ToFree(dirty: true);
            state = state.ToPurging(5).ToFree(dirty: false);
        }
        BlockState last = new(LastGeneration << 36);
        Assert.Equal(LastGeneration, last.Generation);
        Check(last.ToSlab(Cell, LastOwner), BlockState.KindSlab, LastOwner, Cell, 0);
    }

    [Fact]
    public void TheSameSlabIsTheSameWhoeverClaimsOrListsIt()
    {
        BlockState slab = new BlockState(0).ToSlab(Cell, 0);
        Assert.True(slab.IsSameSlab(slab.Claimed(5)));
        Assert.True(slab.Claimed(5).IsSameSlab(slab.Claimed(6).Unclaimed().Listed()));
        Assert.False(slab.IsSameSlab(slab.ToReleasing(1)));
        Assert.False(slab.IsSameSlab(slab.ToReleasing(1).ToFree(dirty: true).ToSlab(Cell, 0)));
        Assert.False(slab.IsSameSlab(new BlockState(0).ToSlab(Cell - 832, 0)));
    }

    [Fact]
    public void AClaimIsOfAnOwnerAndACell()
    {
        BlockState slab = new BlockState(0).ToSlab(Cell, 5);
        Assert.True(slab.IsClaimedBy(5, Cell));
        Assert.False(slab.IsClaimedBy(6, Cell));
        Assert.False(slab.IsClaimedBy(5, Cell - 832));
        Assert.False(slab.IsUnclaimedSlabOf(Cell));
        Assert.True(slab.Unclaimed().IsUnclaimedSlabOf(Cell));
        Assert.True(slab.Unclaimed().Listed().IsUnclaimedSlabOf(Cell));
        Assert.False(slab.ToReleasing(5).IsSlabOf(0));
        Assert.False(slab.ToFree(dirty: false).IsSlabOf(0));
        Assert.True(slab.IsSlabOf(Cell));
    }

    [Fact]
    public void ARunHasItsLengthInItsHeadAndItsOwnerAndJournalWhileItMoves()
    {
        foreach (ulong journal in new[] { 0UL, 1UL })
        {
            BlockState moving = new BlockState(0).ToFree(dirty: true).ToRunMoving(LastOwner, journal);
            Check(moving, BlockState.KindRunMoving, LastOwner, 0, 2, isListed: journal != 0);
            BlockState part = new BlockState(0).ToRunPart(LastOwner, journal);
            Check(part, BlockState.KindRunPart, LastOwner, 0, 1, isListed: journal != 0);
            BlockState head = moving.ToRunHead(64);
            Check(head, BlockState.KindRunHead, 64, 0, 3);
            Assert.True(head.IsRunHead && !moving.IsRunHead && !part.IsRunHead);
            Assert.Equal((nuint)64, head.Blocks);
            Check(head.WithBlocks(1), BlockState.KindRunHead, 1, 0, 3);
            Assert.Equal(head.Value, head.WithBlocks(1).WithBlocks(64).Value);
            Check(part.ToRunMoving(1, 0).ToFree(dirty: true), BlockState.KindFree, 0, 0, 3, isDirty: true);
        }
    }

    [Fact]
    public void NoBlockOfARunIsASlab()
    {
        BlockState moving = new BlockState(0).ToRunMoving(LastOwner, 1);
        foreach (BlockState state in new[] { moving, moving.ToRunPart(LastOwner, 1), moving.ToRunHead(64) })
        {
            Assert.Equal(0, (ushort)state.Value);
            Assert.False(state.IsFree || state.IsSlabOf(0) || state.IsUnclaimedSlabOf(0));
        }
    }

    private static void Check(
        BlockState state, ulong kind, ulong owner, ulong cell, ulong generation, bool isListed = false,
        bool isDirty = false)
    {
        Assert.Equal(
            (kind, owner, cell, generation, isListed, isDirty),
            (state.Kind, state.Owner, state.Cell, state.Generation, state.IsListed, state.IsDirty));
        Assert.Equal(kind == BlockState.KindFree, state.IsFree);
    }
}
