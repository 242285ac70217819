// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class ReclaimTests
{
    [Fact]
    public void TrimGivesBackWhatTheThreadAndEndedThreadsKeep()
    {
        using FreshWorld world = new();
        FakeThread ended = world.NewThread();
        foreach (nuint size in new nuint[] { 8, 64, 1024, 8192 })
        {
            world.Thread.Free(world.Thread.Alloc(size));
            ended.Free(ended.Alloc(size));
        }
        ended.Exit();
        ulong slabs = world.Statistics().SlabBytes;
        Assert.True(slabs >= 4 * 65536);
        Assert.Equal((nuint)slabs, world.Thread.Trim());
        Assert.Equal((0UL, 0UL), (world.Statistics().SlabBytes, world.Statistics().IdleBytes));
        Assert.Equal((nuint)0, world.Thread.Trim());
    }

    [Fact]
    public void TrimLeavesRunningThreadsArraysAndLiveObjectsAlone()
    {
        using FreshWorld world = new();
        FakeThread other = world.NewThread();
        nuint live = world.Thread.Alloc(1024);
        *(ulong*)live = 0x1122334455667788;
        other.Free(other.Alloc(64));
        ulong head = other.CellFor(64)->Head.Get();
        world.Thread.Trim();
        Assert.Equal(head, other.CellFor(64)->Head.Get());
        Assert.Equal(0x1122334455667788UL, *(ulong*)live);
        Assert.Equal(2UL * 65536, world.Statistics().SlabBytes);
    }

    [Fact]
    public void BeforeNullAllThatEndedThreadsKeepIsUsed()
    {
        using FreshWorld world = FreshWorld.WithBlocks(2);
        FakeThread other = world.NewThread();
        List<nuint> objects = [];
        for (int i = 0; i < 16; i++) objects.Add(other.Alloc(8192));
        Assert.DoesNotContain((nuint)0, objects);
        Assert.Equal((nuint)0, world.Thread.Alloc(8192));
        for (int i = 0; i < 3; i++) other.Free(objects[i]);
        Assert.Equal((nuint)0, world.Thread.Alloc(8192));
        world.NewThread().Alloc(1);
        other.Exit();
        for (int i = 0; i < 3; i++) Assert.Contains(world.Thread.Alloc(8192), objects.GetRange(0, 3));
        Assert.Equal((nuint)0, world.Thread.Alloc(8192));
    }

    [Fact]
    public void AnEmptySlabOfOneBucketServesAnother()
    {
        using FreshWorld world = FreshWorld.WithBlocks(1);
        world.Thread.Free(world.Thread.Alloc(64));
        Assert.NotEqual((nuint)0, world.Thread.Alloc(8192));
        Assert.Equal((nuint)0, world.Thread.Alloc(64));
    }

    [Fact]
    public void AThreadWithoutABlockUsesTheEmptySlabsOfOtherBucketsToo()
    {
        using FreshWorld world = FreshWorld.WithBlocks(1, threads: 1);
        world.Thread.Free(world.Thread.Alloc(1));
        world.Thread.Trim();
        FakeThread other = world.NewThread();
        foreach (nuint size in new nuint[] { 64, 8192, 8, 4096 })
        {
            nuint address = other.Alloc(size);
            Assert.NotEqual((nuint)0, address);
            other.Free(address);
        }
        Assert.Equal(0UL, other.Id);
        Assert.Equal((nuint)65536, other.Trim());
        Assert.Equal(1UL, world.Statistics().ThreadBlocksHigh);
    }

    [Fact]
    public void AHandlerUsesTheEmptySlabsOfTheBucketThatItInterrupted()
    {
        using FreshWorld world = FreshWorld.WithBlocks(2);
        List<nuint> objects = [];
        for (int i = 0; i < 2 * 1024; i++) objects.Add(world.Thread.Alloc(64));
        objects.Reverse(); // so that the array keeps objects of the second slab, which the cell has claimed
        foreach (nuint address in objects.GetRange(0, 200)) world.Thread.Free(address);
        foreach (nuint address in objects.GetRange(1024, 1024)) world.Thread.Free(address);
        foreach (nuint address in objects.GetRange(200, 824)) world.Thread.Free(address);
        world.Thread.Run(frame =>
        {
            Assert.True(CellGuard.TryEnter(world.Thread.CellFor(64), frame));
            Assert.NotEqual((nuint)0, world.Thread.Alloc(8192));
            CellGuard.Leave(world.Thread.CellFor(64), frame);
            return 0;
        });
    }

    [Fact]
    public void DrainDoesWhatAnAbandonedCallLeft()
    {
        using FreshWorld world = new();
        nuint address = world.Thread.Alloc(64);
        FakeStack stack = world.Thread.Stack;
        stack.Enter();
        Assert.True(CellGuard.TryEnter(world.Thread.CellFor(64), stack.Enter()));
        world.Thread.Free(address);
        Assert.Equal((nuint)0, world.Thread.Drain());
        stack.Leave();
        stack.Leave();
        Assert.Equal((nuint)1, world.Thread.Drain());
        Assert.Equal((nuint)0, world.Thread.Drain());
        Assert.Equal(1UL, world.StatisticsOf(4).LockRecovered);
    }
}
