// SPDX-License-Identifier: MIT
// A fast path finds the lock free; before it stores its frame, a handler takes a slow path in the same cell
// and is abandoned somewhere in the middle; then the fast path goes on, over the frame that lies in the lock
// now.

using System;
using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Api;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Abandonment;

public sealed unsafe class OvertakenTests
{
    private static readonly string[] s_slowPaths =
    [
        "AllocFromANewSlab", "AllocFromTheOwnSlab", "AllocFromAListedSlab", "AllocFromTheBarn",
        "FreeIntoTheBarn", "FreeFlushesWhereTheBarnIsFull", "FreeReleasesASlab",
    ];

    /// <summary>They move one object at a time: Head is never Pending.</summary>
    private static readonly string[] s_withoutABatch = ["FreeFlushesWhereTheBarnIsFull", "FreeReleasesASlab"];

    public static IEnumerable<object[]> Cases() =>
        Matrix.Of(256, 8192).Where(row => s_slowPaths.Contains(row[0]));

    [Theory]
    [MemberData(nameof(Cases))]
    public void AnAllocationGoesOn(string name, int size) => ForEachAccess(name, size, (s, handler) =>
    {
        nuint got = s.Ledger.Take(s.Thread, s.Size, frame =>
        {
            handler();
            return Kmalloc.Alloc(s.Size, 0, Kmalloc.AnyNode, s.Thread.Block, frame);
        });
        Assert.NotEqual((nuint)0, got);
    });

    [Theory]
    [MemberData(nameof(Cases))]
    public void AFreeGoesOn(string name, int size) => ForEachAccess(name, size, (s, handler) =>
    {
        if (s.Ledger.Live.Count < 3) s.AllocMany(s.Other, 3);
        nuint address = s.Ledger.Last(s.Size);
        s.Ledger.Give(s.Thread, address, frame =>
        {
            handler();
            Kmalloc.Free(address, s.Thread.Block, frame);
            return 1;
        });
    });

    /// <summary>It waits in its slot, though no call will look for it, until some call takes the slow path.
    /// </summary>
    [Fact]
    public void WhatWasDeferredToTheAbandonedCallIsFreedByTheNextSlowPath()
    {
        using FreshWorld world = new();
        nuint[] objects = [.. Enumerable.Range(0, 3).Select(_ => world.Thread.Alloc(64))];
        KmemCacheThread* cell = world.Thread.CellFor(64);
        world.Thread.Run(frame =>
        {
            world.Thread.Run(handler =>
            {
                Assert.True(CellGuard.TryEnter(cell, handler));
                world.Thread.Free(objects[0]);
                return 0;
            });
            LetFastPathGoOn(cell);
            Kmalloc.Free(objects[1], world.Thread.Block, frame);
            return 0;
        });
        Assert.Equal((1UL, 0UL), (cell->Deferred.Get(), cell->Drained.Get()));
        Assert.True(cell->Lock.IsFree);
        while (cell->Head.Get() != 0) world.Thread.Alloc(64);
        ulong live = world.StatisticsOf(cell->Bucket).LiveObjects;
        world.Thread.Alloc(64);
        Assert.Equal((1UL, 0UL), (cell->Drained.Get(), cell->DeferPending.Load()));
        Assert.Equal(live, world.StatisticsOf(cell->Bucket).LiveObjects);
    }

    private static void ForEachAccess(string name, int size, Action<Scene, Action> goOn)
    {
        Scenario scenario = Scenarios.Named(name);
        int pending = 0;
        bool isAbandoned = true;
        for (int at = 0; isAbandoned; at += Matrix.Stride)
        {
            using Scene s = new((nuint)size, scenario.Threads);
            scenario.Prepare(s);
            KmemCacheThread* cell = s.Thread.CellFor(s.Size);
            Matrix.Check(at, "Overtaken", () =>
            {
                goOn(s, () =>
                {
                    Assert.True(cell->Lock.IsFree);
                    isAbandoned = Interruption.Run(
                        () => scenario.Act(s), at, () => throw new AbandonedCall());
                    if (isAbandoned) s.Lost++;
                    if ((long)cell->Head.Get() < 0) pending++;
                    LetFastPathGoOn(cell);
                });
                Assert.True(cell->Lock.IsFree);
                Assert.InRange(cell->Head.Get(), 0UL, cell->Capacity);
                CheckThatNothingIsDeferredToAFastPath(s, cell);
                Aftermath.Check(s, s.Thread, s.Lost);
            });
        }
        Assert.Equal(!s_withoutABatch.Contains(name), pending != 0);
    }

    /// <summary>It has seen that the lock was free. From there on it does the same as one that finds it so
    /// now.</summary>
    private static void LetFastPathGoOn(KmemCacheThread* cell) => ((HotCell*)cell)->IsHeld = 0;

    /// <summary>Though the Drainer may be stale.</summary>
    private static void CheckThatNothingIsDeferredToAFastPath(Scene s, KmemCacheThread* cell)
    {
        if (s.Ledger.OfSize(s.Size).Count == 0) s.Alloc();
        ulong deferred = cell->Deferred.Get();
        s.InterruptFastPath(s.Size);
        s.Free();
        s.EndInterrupted(isAbandoned: false);
        Assert.Equal((deferred, 0UL), (cell->Deferred.Get(), cell->DeferPending.Load()));
        for (int i = 0; i < KmemCacheThread.DeferSlots; i++)
        {
            Assert.Equal(0UL, KmemCacheThread.Defer(cell, i).Load());
        }
    }
}
