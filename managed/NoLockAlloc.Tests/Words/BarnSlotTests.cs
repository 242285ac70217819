// SPDX-License-Identifier: MIT

using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed class BarnSlotTests
{
    private const ulong LastOwner = 16384 + 64;
    private const ulong LastGeneration = (1UL << 39) - 1;

    [Fact]
    public void AZeroWordIsAnEmptyPlace()
    {
        BarnSlot slot = new(0);
        Assert.Equal(BarnSlot.KindEmpty, slot.Kind);
        Assert.Equal(0UL, slot.Count);
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(17UL)]
    [InlineData(LastOwner)]
    public void ABatchGoesInAndOut(ulong owner)
    {
        BarnSlot filling = new BarnSlot(0).ToFilling(owner);
        Check(filling, BarnSlot.KindFilling, 0, 1);
        Assert.Equal(owner, filling.Owner);

        BarnSlot full = filling.ToFull(32);
        Check(full, BarnSlot.KindFull, 32, 2);

        BarnSlot draining = full.ToDraining(owner);
        Check(draining, BarnSlot.KindDraining, 32, 3);
        Assert.Equal(owner, draining.Owner);

        Check(draining.ToEmpty(), BarnSlot.KindEmpty, 0, 4);
    }

    [Fact]
    public void ASingleTakerLeavesOneLess()
    {
        BarnSlot full = new BarnSlot(0).ToFilling(3).ToFull(4);
        Check(full.ToFull(full.Count - 1), BarnSlot.KindFull, 3, 3);
    }

    [Fact]
    public void AnAbandonedMoverIsUndone()
    {
        Check(new BarnSlot(0).ToFilling(LastOwner).ToEmpty(), BarnSlot.KindEmpty, 0, 2);
        BarnSlot draining = new BarnSlot(0).ToFilling(3).ToFull(4).ToDraining(LastOwner);
        Check(draining.ToFull(draining.Count), BarnSlot.KindFull, 4, 4);
    }

    [Fact]
    public void APlaceIsOfAKindAndAnOwner()
    {
        BarnSlot filling = new BarnSlot(0).ToFilling(7);
        Assert.True(filling.IsOf(BarnSlot.KindFilling, 7));
        Assert.False(filling.IsOf(BarnSlot.KindFilling, 8));
        Assert.False(filling.IsOf(BarnSlot.KindDraining, 7));
    }

    [Fact]
    public void NoWordComesTwiceWhileAPlaceIsEmptiedAndFilled()
    {
        System.Collections.Generic.HashSet<ulong> seen = [];
        BarnSlot slot = default;
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(seen.Add(slot.Value));
            slot = slot.Kind switch
            {
                BarnSlot.KindEmpty => slot.ToFilling(1),
                BarnSlot.KindFilling => slot.ToFull(4),
                BarnSlot.KindFull => slot.ToDraining(1),
                _ => slot.ToEmpty(),
            };
        }
    }

    [Fact]
    public void TheGenerationStartsAgain() =>
        Check(new BarnSlot(LastGeneration << 25).ToFilling(LastOwner), BarnSlot.KindFilling, 0, 0);

    private static void Check(BarnSlot slot, ulong kind, ulong count, ulong generation) =>
        Assert.Equal((kind, count, generation), (slot.Kind, slot.Count, slot.Value >> 25));
}
