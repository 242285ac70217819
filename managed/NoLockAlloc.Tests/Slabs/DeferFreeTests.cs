// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Words;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class DeferFreeTests
{
    [Fact]
    public void AsManyAsThereAreSlotsAreDeferred()
    {
        using CellScene s = new(64);
        List<nuint> objects = s.TakeOut(s.NewSlab(), KmemCacheThread.DeferSlots + 1);
        foreach (nuint address in objects.Take(KmemCacheThread.DeferSlots))
        {
            Assert.True(DeferFree.TryDefer(s.Cell, address));
        }
        Assert.False(DeferFree.TryDefer(s.Cell, objects[^1]));
        Assert.NotEqual(0UL, s.Cell->DeferPending.Load());
        Assert.Equal(8UL, s.Cell->Deferred.Get());

        Assert.Equal((nuint)KmemCacheThread.DeferSlots, DeferFree.Drain(s.Cell));
        Assert.Equal(objects.Take(8).ToHashSet(), s.Array.ToHashSet());
        Assert.Equal(0UL, s.Cell->DeferPending.Load());
        Assert.Equal(8UL, s.Cell->Drained.Get());
        Assert.Equal((nuint)0, DeferFree.Drain(s.Cell));
    }

    [Fact]
    public void WhatAHandlerDefersWhileADrainGoesOnIsDrainedToo()
    {
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            using CellScene s = new(64);
            List<nuint> objects = s.TakeOut(s.NewSlab(), 3);
            Assert.True(DeferFree.TryDefer(s.Cell, objects[0]));
            Assert.True(DeferFree.TryDefer(s.Cell, objects[1]));
            isInterrupted = RunAt.Access(
                at, () => DeferFree.TryDefer(s.Cell, objects[2]), () => DeferFree.Drain(s.Cell));
            CellGuard.Leave(s.Cell, s.Frame);
            Assert.Equal(objects.Take(isInterrupted ? 3 : 2).ToHashSet(), s.Array.ToHashSet());
            Assert.Equal(0UL, s.Cell->DeferPending.Load());
            Assert.True(s.Cell->Lock.IsFree);
        }
    }

    [Fact]
    public void AHandlerThatDefersWhileAHandlerDefersTakesAnotherSlot()
    {
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            using CellScene s = new(64);
            List<nuint> objects = s.TakeOut(s.NewSlab(), 2);
            isInterrupted = RunAt.Access(
                at,
                () => Assert.True(DeferFree.TryDefer(s.Cell, objects[1])),
                () => Assert.True(DeferFree.TryDefer(s.Cell, objects[0])));
            DeferFree.Drain(s.Cell);
            Assert.Equal(objects.Take(isInterrupted ? 2 : 1).ToHashSet(), s.Array.ToHashSet());
        }
    }

    [Fact]
    public void AFreeThatInterruptsItsBucketIsDoneAsTheInterruptedCallLeaves()
    {
        using FreshWorld world = new();
        nuint address = world.Thread.Alloc(64);
        KmemCacheThread* cell = world.Thread.CellFor(64);
        ulong head = cell->Head.Get();
        world.Thread.Run(frame =>
        {
            cell->Lock.Take(frame);
            world.Thread.Free(address);
            Assert.Equal(head, cell->Head.Get());
            Assert.Equal(1UL, cell->Deferred.Get());
            return CellGuard.Leave(cell, frame);
        });
        Assert.Equal(head + 1, cell->Head.Get());
        Assert.Equal(1UL, world.StatisticsOf(cell->Bucket).DeferFreeDrained);
        Assert.Equal(0UL, world.StatisticsOf(cell->Bucket).LiveObjects);
    }

    [Fact]
    public void WhenTheSlotsAreFullTheObjectGoesBackToItsSlab()
    {
        using FreshWorld world = new();
        nuint[] objects = Enumerable.Range(0, 10).Select(_ => world.Thread.Alloc(64)).ToArray();
        KmemCacheThread* cell = world.Thread.CellFor(64);
        world.Thread.Run(frame =>
        {
            cell->Lock.Take(frame);
            foreach (nuint address in objects) world.Thread.Free(address);
            Assert.Equal(2UL, world.StatisticsOf(cell->Bucket).FreeDirect);
            return CellGuard.Leave(cell, frame);
        });
        Assert.Equal(8UL, world.StatisticsOf(cell->Bucket).DeferFreeDrained);
        Assert.Equal(0UL, world.StatisticsOf(cell->Bucket).LiveObjects);
    }

    [Fact]
    public void AnObjectThatIsDeferredTwiceIsReportedAndFreedOnce()
    {
        using FreshWorld world = new();
        nuint address = world.Thread.Alloc(64);
        KmemCacheThread* cell = world.Thread.CellFor(64);
        ulong head = cell->Head.Get();
        world.Thread.Run(frame =>
        {
            cell->Lock.Take(frame);
            world.Thread.Free(address);
            world.Thread.Free(address);
            return CellGuard.Leave(cell, frame);
        });
        Assert.Equal(head + 1, cell->Head.Get());
        Assert.Equal(
            $"nolockalloc: 0x{address:x} is free already, seen in a deferred free\n",
            FreshWorld.Machine.Output);
    }
}
