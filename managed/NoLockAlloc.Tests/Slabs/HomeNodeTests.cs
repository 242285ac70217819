// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Api;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class HomeNodeTests
{
    private const nuint Size = 1024;

    [Fact]
    public void ObjectsComeFromTheNodeThatTheThreadRunsOn()
    {
        using FreshWorld world = FreshWorld.WithBlocks(16, nodes: 2);
        FakeThread far = OnNode(world, 1);
        Assert.All(Alloc(world.Thread, 200), address => Assert.Equal(0, NodeOf(address)));
        Assert.All(Alloc(far, 200), address => Assert.Equal(1, NodeOf(address)));
    }

    [Fact]
    public void ANodeThatIsAskedForIsLookedAtFirstAndTheArrayIsLeftAsItIs()
    {
        using FreshWorld world = FreshWorld.WithBlocks(16, nodes: 2);
        Alloc(world.Thread, 1);
        List<nuint> array = ArrayOf(world.Thread);
        Assert.Equal(1, NodeOf(world.Thread.Alloc(Size, 0, 1)));
        Assert.Equal(array, ArrayOf(world.Thread));
        Assert.Equal(array[^1], world.Thread.Alloc(Size, 0, 0));
        Assert.Equal(0UL, Mismatches());
    }

    [Fact]
    public void WhatIsFreedOfAnotherNodeGoesToItsSlab()
    {
        using FreshWorld world = FreshWorld.WithBlocks(16, nodes: 2);
        FakeThread far = OnNode(world, 1);
        List<nuint> foreign = Alloc(far, 40);
        List<nuint> own = Alloc(world.Thread, 10);
        foreach (nuint address in foreign) world.Thread.Free(address);
        Assert.DoesNotContain(1, ArrayOf(world.Thread).Select(NodeOf));
        Assert.All(foreign, address => Assert.False(IsOut(address)));
        foreach (nuint address in own) world.Thread.Free(address);
        Assert.Subset(ArrayOf(world.Thread).ToHashSet(), own.ToHashSet());
    }

    [Fact]
    public void AThreadThatOnlyFreesKeepsWhatLiesOnItsNode()
    {
        using FreshWorld world = FreshWorld.WithBlocks(16, nodes: 2);
        FakeThread far = OnNode(world, 1);
        List<nuint> objects = [.. Alloc(world.Thread, 8), .. Alloc(OnNode(world, 1), 8)];
        foreach (nuint address in objects) far.Free(address);
        Assert.Equal(objects.Skip(8), ArrayOf(far));
    }

    [Fact]
    public void AnArrayChangesItsNodeOnlyWhenItIsEmpty()
    {
        using FreshWorld world = FreshWorld.WithBlocks(16, nodes: 2);
        FakeThread thread = world.Thread;
        Alloc(thread, 1);
        thread.Processor = 1;
        int left = ArrayOf(thread).Count;
        Assert.All(Alloc(thread, left), address => Assert.Equal(0, NodeOf(address)));
        Assert.All(Alloc(thread, 3), address => Assert.Equal(1, NodeOf(address)));
        BlockState first = Arena.StateOf(Nodes.FirstBlock(0));
        Assert.Equal(0UL, first.Owner);
    }

    [Fact]
    public void WhereANodeHasNoMemoryTheNextOneServes()
    {
        using FreshWorld world = FreshWorld.WithBlocks(9, nodes: 3);
        world.Thread.Processor = 1;
        int each = 3 * (int)KmemCache.Of(KmemCache.BucketOf(Size)).Objects;
        List<nuint> all = Alloc(world.Thread, 3 * each);
        Assert.Equal((nuint)0, world.Thread.Alloc(Size));
        Assert.All(all[..each], address => Assert.Equal(1, NodeOf(address)));
        Assert.All(all[each..(2 * each)], address => Assert.Equal(2, NodeOf(address)));
        Assert.All(all[(2 * each)..], address => Assert.Equal(0, NodeOf(address)));
        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Equal((ulong)(2 * each), Mismatches());
    }

    [Fact]
    public void WhoWantsOneNodeOnlyGetsNothingOfTheOthers()
    {
        using FreshWorld world = FreshWorld.WithBlocks(8, nodes: 2);
        int each = 4 * (int)KmemCache.Of(KmemCache.BucketOf(Size)).Objects;
        int got = 0;
        while (AllocOn(world.Thread, 1, Gfp.Kernel | Gfp.ThisNode) is var address && address != 0)
        {
            Assert.Equal(1, NodeOf(address));
            got++;
        }
        Assert.Equal(each, got);
        world.Thread.Processor = 1;
        Assert.Equal((nuint)0, world.Thread.AllocNormal(Size, Gfp.Kernel | Gfp.ThisNode));
        Assert.Equal(0, NodeOf(world.Thread.AllocNormal(Size)));
    }

    [Fact]
    public void BatchesAreTakenOverOnTheirNodeOnly()
    {
        using FreshWorld world = FreshWorld.WithBlocks(16, nodes: 2);
        foreach (nuint address in Alloc(world.Thread, 300)) world.Thread.Free(address);
        KmemCache cache = KmemCache.Of(KmemCache.BucketOf(Size));
        List<nuint> waiting = BarnContents.Of(cache.Bucket);
        Assert.NotEmpty(waiting);
        Assert.All(Alloc(OnNode(world, 1), 100), address => Assert.Equal(1, NodeOf(address)));
        Assert.Equal(waiting, BarnContents.Of(cache.Bucket));
        Alloc(OnNode(world, 0), 1);
        Assert.Equal(waiting.Count - (int)cache.Batch, BarnContents.Of(cache.Bucket).Count);
        world.Thread.Trim();
        Assert.Empty(BarnContents.Of(cache.Bucket));
    }

    [Fact]
    public void FreesAreDeferredAndThenGoHome()
    {
        using FreshWorld world = FreshWorld.WithBlocks(16, nodes: 2);
        nuint own = Alloc(world.Thread, 1)[0];
        nuint foreign = world.Thread.Alloc(Size, 0, 1);
        world.Thread.Run(frame =>
        {
            KmemCacheThread* cell = world.Thread.CellFor(Size);
            Assert.True(CellGuard.TryEnter(cell, frame));
            world.Thread.Free(own);
            world.Thread.Free(foreign);
            Assert.True(IsOut(own) && IsOut(foreign));
            Assert.Equal(1, NodeOf(world.Thread.Alloc(Size, 0, 1)));
            CellGuard.Leave(cell, frame);
            return 0;
        });
        Assert.False(IsOut(foreign));
        Assert.Contains(own, ArrayOf(world.Thread));
    }

    [Fact]
    public void AnEndedThreadLeavesNothingOfItsNodeToTheNext()
    {
        using FreshWorld world = FreshWorld.WithBlocks(16, nodes: 2);
        Alloc(world.Thread, 1);
        ulong id = world.Thread.Id;
        world.Thread.Exit();
        world.Thread.IsGone = true;
        FakeThread next = OnNode(world, 1);
        Assert.All(Alloc(next, 3), address => Assert.Equal(1, NodeOf(address)));
        Assert.Equal(id, next.Id);
    }

    private static FakeThread OnNode(FreshWorld world, uint node)
    {
        FakeThread thread = world.NewThread();
        thread.Processor = node;
        return thread;
    }

    private static List<nuint> Alloc(FakeThread thread, int objects)
    {
        List<nuint> all = [];
        while (all.Count < objects) all.Add(thread.Alloc(Size));
        Assert.DoesNotContain((nuint)0, all);
        return all;
    }

    private static nuint AllocOn(FakeThread thread, int node, uint gfp) =>
        thread.Run(frame => KmallocNormalSlow.Alloc(Size, gfp, thread.Block, frame, node));

    private static int NodeOf(nuint address) => (int)Nodes.Of(Arena.BlockOf(address));

    private static ulong Mismatches() =>
        Barn.Counter(KmemCache.BucketOf(Size), Barn.NodeMismatch).Load();

    private static bool IsOut(nuint address)
    {
        nuint index = Slab.CacheAt(address).IndexOf(address);
        ulong word = Arena.ObjectWords(Arena.BlockOf(address))[index / 63].Load();
        return (word >> (int)(index % 63) & 1) != 0;
    }

    private static List<nuint> ArrayOf(FakeThread thread)
    {
        KmemCacheThread* cell = thread.CellFor(Size);
        List<nuint> objects = [];
        for (ulong i = 0; i < cell->Head.Get(); i++)
        {
            objects.Add((nuint)KmemCacheThread.Object(cell, i).Get());
        }
        return objects;
    }
}
