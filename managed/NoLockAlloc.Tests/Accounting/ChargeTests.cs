// SPDX-License-Identifier: MIT

using NoLockAlloc.Accounting;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Accounting;

public sealed unsafe class ChargeTests
{
    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(100, 100, true)]
    [InlineData(100, 101, false)]
    [InlineData(ulong.MaxValue, 8192, true)]
    public void ALimitIsTheMostThatCanBeCharged(ulong limit, ulong bytes, bool fits)
    {
        using AccountedWorld world = new(limit);
        Assert.Equal(fits, Charge.TryCharge(MemoryGroup.NumberOf(world.Group), bytes));
        Assert.Equal(fits ? bytes : 0, world.Usage);
        Assert.Equal(fits ? bytes : 0, world.Of(world.Group)->MaxUsage.Load());
        Assert.Equal(fits ? 0UL : 1, world.Of(world.Group)->Failures.Load());
    }

    [Fact]
    public void AForcedChargeGoesOverEveryLimitAndTheNextOneIsRefused()
    {
        using AccountedWorld world = new(100);
        uint inner = MemoryGroup.NumberOf(MemoryGroup.Create(world.Group, 10));
        Charge.Force(inner, 150);
        Assert.Equal((150UL, 150UL), (world.Usage, MemoryGroup.Of(inner)->Usage.Load()));
        Assert.Equal(150UL, world.Of(world.Group)->MaxUsage.Load());
        Assert.False(Charge.TryCharge(inner, 1));
        Charge.Uncharge(inner, 150);
        Assert.Equal((0UL, 0UL), (world.Usage, MemoryGroup.Of(inner)->Usage.Load()));
        Assert.True(Charge.TryCharge(inner, 1));
    }

    [Fact]
    public void WhatAnOuterGroupRefusesNoInnerOneKeeps()
    {
        using AccountedWorld world = new(100);
        ulong middle = MemoryGroup.Create(world.Group, 1000);
        ulong inner = MemoryGroup.Create(middle, 1000);
        Assert.True(Charge.TryCharge(MemoryGroup.NumberOf(inner), 60));
        Assert.False(Charge.TryCharge(MemoryGroup.NumberOf(inner), 60));
        Assert.True(Charge.TryCharge(MemoryGroup.NumberOf(middle), 40));
        Assert.Equal((100UL, 100UL, 60UL), (world.Usage, world.Of(middle)->Usage.Load(),
            world.Of(inner)->Usage.Load()));
        Assert.Equal((1UL, 0UL, 0UL), (world.Of(world.Group)->Failures.Load(),
            world.Of(middle)->Failures.Load(), world.Of(inner)->Failures.Load()));
        Charge.Uncharge(MemoryGroup.NumberOf(inner), 60);
        Assert.Equal((40UL, 40UL, 0UL), (world.Usage, world.Of(middle)->Usage.Load(),
            world.Of(inner)->Usage.Load()));
        Assert.Equal(100UL, world.Of(world.Group)->MaxUsage.Load());
    }

    [Fact]
    public void ALimitThatWasLoweredRefusesUntilEnoughWasFreed()
    {
        using AccountedWorld world = new(100);
        uint group = MemoryGroup.NumberOf(world.Group);
        Assert.True(Charge.TryCharge(group, 80));
        Assert.True(MemoryGroup.TrySetLimit(world.Group, 50));
        Assert.False(Charge.TryCharge(group, 1));
        Charge.Uncharge(group, 40);
        Assert.True(Charge.TryCharge(group, 10));
        Assert.False(MemoryGroup.TrySetLimit(world.Group + (1UL << 32), 50));
    }
}
