// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using NoLockAlloc.Accounting;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Accounting;

public sealed unsafe class MemoryGroupTests
{
    [Fact]
    public void AGroupEndsWithItsLastHolderAndItsHandleIsStaleThen()
    {
        using FreshWorld world = new();
        ulong group = MemoryGroup.Create(0, 1000);
        Assert.True(MemoryGroup.TryCount(group, GroupWord.OneHolder));
        Assert.True(MemoryGroup.TryPut(group));
        Assert.True(MemoryGroup.IsLive(group));
        Assert.True(MemoryGroup.TryPut(group));
        Assert.False(MemoryGroup.IsLive(group));
        Assert.False(MemoryGroup.TryPut(group));
        Assert.False(MemoryGroup.TryCount(group, GroupWord.OneHolder));
        ulong next = MemoryGroup.Create(0, 1000);
        Assert.Equal(MemoryGroup.NumberOf(group), MemoryGroup.NumberOf(next));
        Assert.NotEqual(group, next);
        Assert.False(MemoryGroup.IsLive(group));
    }

    [Fact]
    public void AnObjectIsNoHolderThatAPutCouldTake()
    {
        using FreshWorld world = new();
        ulong group = MemoryGroup.Create(0, 1000);
        Assert.True(MemoryGroup.TryCount(group, GroupWord.OneObject));
        Assert.True(MemoryGroup.TryPut(group));
        Assert.False(MemoryGroup.TryPut(group));
        Assert.True(MemoryGroup.IsLive(group));
        MemoryGroup.Drop(MemoryGroup.NumberOf(group), GroupWord.OneObject);
        Assert.False(MemoryGroup.IsLive(group));
    }

    [Fact]
    public void AGroupHoldsTheOneAroundItAndAllEndWithTheInnermost()
    {
        using FreshWorld world = new();
        ulong[] chain = new ulong[20];
        for (int i = 0; i < chain.Length; i++)
        {
            chain[i] = MemoryGroup.Create(i == 0 ? 0 : chain[i - 1], ulong.MaxValue);
        }
        for (int i = 0; i < chain.Length - 1; i++) Assert.True(MemoryGroup.TryPut(chain[i]));
        Assert.All(chain, group => Assert.True(MemoryGroup.IsLive(group)));
        Assert.True(MemoryGroup.TryPut(chain[^1]));
        Assert.All(chain, group => Assert.False(MemoryGroup.IsLive(group)));
    }

    [Fact]
    public void ThereAreAsManyGroupsAsTheTableHasAndThenNone()
    {
        using FreshWorld world = new();
        HashSet<ulong> groups = [];
        ulong parent = MemoryGroup.Create(0, 0);
        for (nuint i = 1; i < Arena.Header->GroupCount; i++)
        {
            Assert.True(groups.Add(MemoryGroup.Create(parent, 0)));
        }
        Assert.DoesNotContain(0UL, groups);
        Assert.Equal(0UL, MemoryGroup.Create(parent, 0));
        Assert.Equal((ulong)groups.Count + 1, new GroupWord(MemoryGroup.Of(1)->State.Load()).Holders);
    }

    [Theory]
    [InlineData(0x1_0000_0000UL)]
    [InlineData(0x1_0000_0001UL)]
    [InlineData(0x1_ffff_ffffUL)]
    [InlineData(0x7fff_0000_0040UL)]
    public void WhatIsNoHandleIsRefused(ulong handle)
    {
        using FreshWorld world = new();
        Assert.False(MemoryGroup.IsLive(handle));
        Assert.False(MemoryGroup.TryPut(handle));
        Assert.Equal(0UL, MemoryGroup.Create(handle, 0));
        world.Thread.Alloc(8);
        Assert.False(MemoryGroup.IsLive(handle));
        Assert.False(MemoryGroup.TryCount(handle, GroupWord.OneObject));
    }
}
