// SPDX-License-Identifier: MIT

using System;
using NoLockAlloc.Api;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Words;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class CellGuardTests
{
    private const ulong Overflow = 1UL << 24;

    /// <summary>It is no abandoned call that the next one finds.</summary>
    [Fact]
    public void ACarryOfTheFastPathIsCountedByTheNextCallWhateverItIs()
    {
        foreach (Action<FreshWorld, nuint> next in new Action<FreshWorld, nuint>[]
        {
            (world, _) => world.Thread.Alloc(64),
            (world, address) => world.Thread.Free(address),
            (world, _) => world.Thread.Trim(),
            EndAndBegin,
        })
        {
            using FreshWorld world = WithCarry(out KmemCacheThread* cell, out nuint live);
            ulong counted = world.StatisticsOf(4).FreeFastpath;
            Assert.Equal((false, Overflow), (cell->Lock.IsFree, counted));
            next(world, live);
            Assert.Equal((true, 0UL), (cell->Lock.IsFree, cell->Recovered.Get()));
            Assert.InRange(cell->Head.Frees, Overflow, Overflow + 1);
            world.Thread.Free(world.Thread.Alloc(64));
            Assert.InRange(cell->Head.Frees, Overflow + 1, Overflow + 2);
            Assert.Equal("", FreshWorld.Machine.Output);
        }

        static void EndAndBegin(FreshWorld world, nuint live)
        {
            world.Thread.Exit();
            world.Thread.Alloc(8);
        }
    }

    [Fact]
    public void ACallThatMeetsACarryIsServedByItsBucket()
    {
        using FreshWorld world = WithCarry(out KmemCacheThread* cell, out nuint live);
        ulong head = cell->Head.Get();
        Assert.Equal((nuint)64, world.Thread.SizeOf(world.Thread.Alloc(64)));
        Assert.Equal(head - 1, cell->Head.Get());
        world.Thread.Free(live);
        Assert.Equal((head, Overflow + 1), (cell->Head.Get(), cell->Head.Frees));
        Assert.Equal((0UL, 0UL), (world.StatisticsOf(4).FreeDirect, world.StatisticsOf(5).BucketRetry));
    }

    [Fact]
    public void AHandlerThatMeetsTheCarryFirstLeavesTheCellInOrder()
    {
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            using FreshWorld world = WithCarry(out KmemCacheThread* cell, out nuint live);
            isInterrupted = RunAt.Access(at, () => world.Thread.Free(live), () => world.Thread.Alloc(64));
            if (!isInterrupted) world.Thread.Free(live);
            Assert.True(cell->Lock.IsFree);
            BucketStats of = world.StatisticsOf(4);
            Assert.Equal(Overflow + 1, of.FreeFastpath + of.FreeSlowpath);
            Assert.Equal((0UL, 0UL), (cell->Recovered.Get(), cell->DeferPending.Load()));
        }
    }

    [Fact]
    public void WhoeverIsInsideIsTheDrainerUntilItIsOut()
    {
        using CellScene s = new(64);
        Assert.Equal((true, s.Frame), (s.Cell->Lock.IsHeldBy(s.Frame), s.Cell->Drainer.Get()));
        Assert.False(CellGuard.TryEnter(s.Cell, s.Thread.Stack.Enter()));
        Assert.Equal((true, s.Frame), (s.Cell->Lock.IsHeldBy(s.Frame), s.Cell->Drainer.Get()));
        CellGuard.Leave(s.Cell, s.Frame);
        Assert.Equal((true, 0UL), (s.Cell->Lock.IsFree, s.Cell->Drainer.Get()));
    }

    /// <summary>The thread's free number 2^24 was a fast one.</summary>
    private static FreshWorld WithCarry(out KmemCacheThread* cell, out nuint live)
    {
        FreshWorld world = new();
        nuint address = world.Thread.Alloc(64);
        live = world.Thread.Alloc(64);
        cell = world.Thread.CellFor(64);
        ((HotCell*)cell)->Head |= uint.MaxValue << 8;
        Assert.Equal(Overflow - 1, cell->Head.Frees);
        ulong head = cell->Head.Get();
        world.Thread.Free(address);
        Assert.Equal(head + 1, cell->Head.Get());
        return world;
    }
}
