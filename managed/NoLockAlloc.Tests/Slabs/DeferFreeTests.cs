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
    public void WhatAHandlerDefersWhileADrainGoesOnIsDrainedToo() => RunAt.AtEachAccess(at =>
    {
        using CellScene s = new(64);
        List<nuint> objects = s.TakeOut(s.NewSlab(), 3);
        Assert.True(DeferFree.TryDefer(s.Cell, objects[0]));
        Assert.True(DeferFree.TryDefer(s.Cell, objects[1]));
        bool isInterrupted = RunAt.Access(
            at, () => DeferFree.TryDefer(s.Cell, objects[2]), () => DeferFree.Drain(s.Cell));
        CellGuard.Leave(s.Cell, s.Frame);
        Assert.Equal(objects.Take(isInterrupted ? 3 : 2).ToHashSet(), s.Array.ToHashSet());
        Assert.Equal(0UL, s.Cell->DeferPending.Load());
        Assert.True(s.Cell->Lock.IsFree);
        return isInterrupted;
    });

    [Fact]
    public void AHandlerThatDefersWhileAHandlerDefersTakesAnotherSlot() => RunAt.AtEachAccess(at =>
    {
        using CellScene s = new(64);
        List<nuint> objects = s.TakeOut(s.NewSlab(), 2);
        bool isInterrupted = RunAt.Access(
            at,
            () => Assert.True(DeferFree.TryDefer(s.Cell, objects[1])),
            () => Assert.True(DeferFree.TryDefer(s.Cell, objects[0])));
        DeferFree.Drain(s.Cell);
        Assert.Equal(objects.Take(isInterrupted ? 2 : 1).ToHashSet(), s.Array.ToHashSet());
        return isInterrupted;
    });

    [Fact]
    public void AFreeThatInterruptsASlowPathIsDoneAsThatOneLeaves()
    {
        using InterruptedCell i = new(objects: 1);
        i.InterruptSlowPath(() =>
        {
            i.Free(0);
            Assert.Equal((i.HeadBefore, 1UL), (i.Cell->Head.Get(), i.Cell->Deferred.Get()));
        });
        Assert.Equal(i.HeadBefore + 1, i.Cell->Head.Get());
        Assert.Equal((1UL, 0UL), (i.Counters.DeferFreeDrained, i.Counters.LiveObjects));
    }

    /// <summary>A fast path does not look for deferred frees, whatever an abandoned slow path has left.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFreeThatInterruptsAFastPathGoesBackToItsSlabAtOnce(bool isDrainerStale)
    {
        using InterruptedCell i = new(objects: 2);
        ulong stale = isDrainerStale ? i.World.Thread.Run(frame => (nuint)frame) : 0;
        i.Cell->Drainer.Set(stale);
        i.InterruptFastPath(() =>
        {
            i.Free(0);
            i.Free(1);
            Assert.Equal((2UL, 0UL), (i.Counters.FreeDirect, i.Cell->Deferred.Get()));
        });
        Assert.Equal((i.HeadBefore, stale), (i.Cell->Head.Get(), i.Cell->Drainer.Get()));
        Assert.False(i.HasDeferred);
        Assert.Equal(0UL, i.Counters.LiveObjects);
        Assert.Equal("", FreshWorld.Machine.Output);
    }

    [Fact]
    public void WhenTheSlotsAreFullTheObjectGoesBackToItsSlab()
    {
        using InterruptedCell i = new(objects: 10);
        i.InterruptSlowPath(() =>
        {
            for (int n = 0; n < 10; n++) i.Free(n);
            Assert.Equal(2UL, i.Counters.FreeDirect);
        });
        Assert.Equal((8UL, 0UL), (i.Counters.DeferFreeDrained, i.Counters.LiveObjects));
    }

    [Fact]
    public void AnObjectThatIsDeferredTwiceIsReportedAndFreedOnce()
    {
        using InterruptedCell i = new(objects: 1);
        i.InterruptSlowPath(() =>
        {
            i.Free(0);
            i.Free(0);
        });
        Assert.Equal(i.HeadBefore + 1, i.Cell->Head.Get());
        Assert.Equal(
            $"nolockalloc: 0x{i.Objects[0]:x} is free already, seen in a deferred free\n",
            FreshWorld.Machine.Output);
    }

    /// <summary>At some accesses it is deferred, at others the cell is free or nobody would look.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhereverAFreeInterruptsASlowPathNothingStaysBehind(bool allocates)
    {
        HashSet<(ulong Deferred, ulong Direct)> ways = [];
        RunAt.AtEachAccess(at =>
        {
            using InterruptedCell i = new(objects: 3);
            while (allocates && i.Cell->Head.Get() != 0) i.World.Thread.Alloc(64);
            while (!allocates && i.Cell->Head.Get() < i.Cell->Capacity) i.PushAnother();
            ulong live = i.Counters.LiveObjects;
            bool isInterrupted = RunAt.Access(at, () => i.Free(0), () =>
            {
                if (allocates) i.World.Thread.Alloc(64);
                else i.Free(1);
            });
            if (!isInterrupted) i.Free(0);
            ways.Add((i.Cell->Deferred.Get(), i.Counters.FreeDirect));
            Assert.Equal(allocates ? live : live - 2, i.Counters.LiveObjects);
            Assert.Equal(i.Cell->Deferred.Get(), i.Cell->Drained.Get());
            Assert.False(i.HasDeferred);
            Assert.True(i.Cell->Lock.IsFree);
            return isInterrupted;
        });
        Assert.Equal([(0UL, 0UL), (0UL, 1UL), (1UL, 0UL)], ways.Order().ToArray());
    }
}
