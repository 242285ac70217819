// SPDX-License-Identifier: MIT

using System;
using System.Collections.Generic;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Words;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class KmemCacheThreadTests
{
    [Fact]
    public void TheArrayIsAStack()
    {
        using CellScene s = new(8);
        List<nuint> objects = s.TakeOut(s.NewSlab(), (int)s.Cell->Capacity);
        foreach (nuint address in objects) KmemCacheThread.Push(s.Cell, address);
        Assert.Equal(objects, s.Array);
        for (int i = objects.Count - 1; i >= 0; i--) Assert.Equal(objects[i], KmemCacheThread.Pop(s.Cell));
        Assert.Equal(0UL, s.Head);
        Assert.Equal(0UL, s.Cell->Guard);
    }

    [Fact]
    public void OneStoreIsTheMomentAtWhichAnObjectChangesHands()
    {
        using CellScene s = new(64);
        List<nuint> objects = s.TakeOut(s.NewSlab(), 2);
        KmemCacheThread.Push(s.Cell, objects[0]);
        RunAt.EachAccess(
            () => Assert.Equal(objects.GetRange(0, 1), s.Array),
            () => KmemCacheThread.Push(s.Cell, objects[1]));
        Assert.Equal(objects, s.Array);
        RunAt.EachAccess(() => Assert.Equal(objects, s.Array), () => KmemCacheThread.Pop(s.Cell));
        Assert.Equal(objects.GetRange(0, 1), s.Array);
    }

    [Fact]
    public void ItsOwnChecksSeeAFullAnEmptyAndAnUnlockedArray()
    {
        using CellScene s = new(8192);
        nuint address = s.TakeOut(s.NewSlab(), 1)[0];
        Assert.Throws<InvalidOperationException>(() => KmemCacheThread.Pop(s.Cell));
        Assert.Throws<InvalidOperationException>(() => KmemCacheThread.Push(s.Cell, address + 8));
        for (ulong i = 0; i < s.Cell->Capacity; i++) KmemCacheThread.Push(s.Cell, address);
        Assert.Throws<InvalidOperationException>(() => KmemCacheThread.Push(s.Cell, address));
        s.Cell->Lock.Free();
        Assert.Throws<InvalidOperationException>(() => KmemCacheThread.Pop(s.Cell));
    }

    [Fact]
    public void WhatAnAbandonedCallLeftIsSeen()
    {
        using CellScene s = new(64);
        Assert.False(s.Cell->HasUnsettled);
        s.Cell->Head.Set(KmemCacheThread.Pending);
        Assert.True(s.Cell->HasUnsettled);
        s.Cell->Head.Set(0);
        Assert.False(s.Cell->HasUnsettled);
        s.Cell->JournalKind.Set(1);
        Assert.True(s.Cell->HasUnsettled);
        s.Cell->JournalKind.Set(0);
        s.Cell->Claim.Begin(40, default);
        Assert.True(s.Cell->HasUnsettled);
    }

    /// <summary>The slow paths ask for the sign, or whether it is an index at all.</summary>
    [Fact]
    public void PendingIsNegativeAndHugeWithoutASign()
    {
        using CellScene s = new(8);
        s.Cell->Head.Set(KmemCacheThread.Pending);
        Assert.True((long)s.Head < 0);
        Assert.True(s.Head >= s.Cell->Capacity);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(256)]
    [InlineData(1024)]
    [InlineData(8192)]
    public void PopsFollowFromTheOtherCounters(int size)
    {
        using FreshWorld world = new("arena=4m,threads=4");
        FakeThread other = world.NewThread();
        Random random = new(size);
        List<nuint> live = [];
        Dictionary<FakeThread, ulong> allocs = new() { [world.Thread] = 0, [other] = 0 };
        for (int i = 0; i < 6000; i++)
        {
            FakeThread thread = random.Next(2) == 0 ? world.Thread : other;
            bool allocates = random.Next(8) < (i / 300 % 2 == 0 ? 6 : 2);
            if (allocates && live.Count < 300)
            {
                live.Add(thread.Alloc((nuint)size));
                Assert.NotEqual((nuint)0, live[^1]);
                allocs[thread]++;
            }
            else if (live.Count != 0)
            {
                int which = random.Next(live.Count);
                thread.Free(live[which]);
                live[which] = live[^1];
                live.RemoveAt(live.Count - 1);
            }
            if (allocs[thread] != 0) Assert.Equal(allocs[thread], thread.CellFor((nuint)size)->CountPops());
        }
        Assert.True(world.Thread.CellFor((nuint)size)->BarnPuts.Get() > 0);
    }
}
