// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class CacheLifeTests
{
    private const string Options = "arena=2m,threads=4";
    private const int All = Sizes.LastCreated - Sizes.FirstCreated + 1;

    [Theory]
    [InlineData(64, 0, 0U, 64)]
    [InlineData(60, 0, 0U, 64)]
    [InlineData(40, 64, 0U, 64)]
    [InlineData(96, 32, 0U, 96)]
    [InlineData(96, 64, 0U, 128)]
    [InlineData(150, 0, SlabFlags.HwcacheAlign, 192)]
    [InlineData(8192, 8192, 0U, 8192)]
    public void WhatIsLikeABucketIsThatBucket(uint size, uint align, uint flags, int bucket)
    {
        using FreshWorld world = new(Options);
        CacheDescriptor* cache = world.Thread.Create("like", size, align, flags);
        Assert.Equal(KmemCache.BucketOf((nuint)bucket), CacheDescriptor.NumberOf(cache));
        world.Thread.Destroy(cache);
        Assert.Equal("", FreshWorld.Machine.Output);
        world.Thread.Destroy(cache);
        Assert.Contains("is no cache that is in use", FreshWorld.Machine.Output);
    }

    [Theory]
    [InlineData(40, 0, 0U)]
    [InlineData(200, 64, SlabFlags.Account)]
    [InlineData(64, 0, SlabFlags.NoMerge)]
    [InlineData(64, 0, SlabFlags.Account)]
    [InlineData(120, 0, 0U)]
    public void WhatIsUnlikeABucketIsNone(uint size, uint align, uint flags)
    {
        using FreshWorld world = new(Options);
        CacheDescriptor* cache = world.Thread.Create("unlike", size, align, flags);
        int number = CacheDescriptor.NumberOf(cache);
        Assert.InRange(number, Sizes.FirstCreated, Sizes.LastCreated);
        Assert.Equal(0UL, (ulong)KmemCache.Of(number).Size % (align == 0 ? 8 : align));
        Assert.Equal(flags == SlabFlags.NoMerge, world.Thread.Create("again", size, align, flags) != cache);
    }

    [Fact]
    public void ASharedCacheLivesUntilItsLastUserDestroysIt()
    {
        using FreshWorld world = new(Options);
        CacheDescriptor* cache = world.Thread.Create("one", 40);
        Assert.True(cache == world.Thread.Create("two", 40));
        world.Thread.Destroy(cache);
        Assert.NotEqual((nuint)0, world.Thread.Alloc(cache));
        world.Thread.Destroy(cache);
        Assert.Contains("kmem_cache_destroy one: Slab cache still has objects", FreshWorld.Machine.Output);
    }

    [Theory]
    [InlineData(0, 0, 0U)]
    [InlineData(32769, 0, 0U)]
    [InlineData(64, 24, 0U)]
    [InlineData(64, 65536, 0U)]
    [InlineData(64, 0, SlabFlags.TypesafeByRcu)]
    public void WhatCannotBeIsReportedAndPanicsIfItIsToldTo(uint size, uint align, uint flags)
    {
        using FreshWorld world = new(Options);
        Assert.True(world.Thread.Create("bad", size, align, flags) == null);
        Assert.Contains("kmem_cache_create(bad) failed with error -22", FreshWorld.Machine.Output);
        Assert.Throws<ProcessAborted>(() => _ = (nuint)world.Thread.Create("bad", size, align, flags | SlabFlags.Panic));
    }

    [Fact]
    public void WhatOtherThreadsKeepInTheirArraysIsNoLeakAndComesBackAtTheirNextSlowPath()
    {
        using FreshWorld world = new(Options);
        FakeThread other = world.NewThread();
        CacheDescriptor* cache = world.Thread.Create("kept", 40);
        int number = CacheDescriptor.NumberOf(cache);
        List<nuint> objects = Enumerable.Range(0, 100).Select(_ => other.Alloc(cache)).ToList();
        foreach (nuint address in objects) other.Free(cache, address);
        world.Thread.Destroy(cache);
        Assert.Equal("", FreshWorld.Machine.Output);
        Assert.False(DyingCaches.IsGone(number));
        other.Free(other.AllocNormal(3000, Gfp.Kernel | Gfp.Zero));
        Assert.True(DyingCaches.IsGone(number));
        CacheDescriptor* next = world.Thread.Create("next", 4000, flags: SlabFlags.NoMerge);
        Assert.Equal(number, CacheDescriptor.NumberOf(next));
        AllDifferent(world.Thread, other, next);
    }

    [Fact]
    public void LeakedObjectsAreReportedAndStayValidAndTheNumberIsUsedAgainWhenTheyAreFreed()
    {
        using FreshWorld world = new(Options);
        CacheDescriptor* cache = world.Thread.Create("leaky", 40);
        List<nuint> objects = Enumerable.Range(0, 30).Select(_ => world.Thread.Alloc(cache)).ToList();
        for (int i = 20; i < 30; i++) world.Thread.Free(cache, objects[i]);
        world.Thread.Destroy(cache);
        string output = FreshWorld.Machine.Output;
        Assert.Equal(16, output.Split("Object 0x").Length - 1);
        Assert.Contains("and others, from", output);
        Assert.Contains($"Object 0x{objects[0]:x} @offset={objects[0] % Arena.BlockBytes}\n", output);
        Assert.False(DyingCaches.IsGone(CacheDescriptor.NumberOf(cache)));
        Assert.Equal((nuint)0, world.Thread.Alloc(cache));
        for (int i = 0; i < 20; i++) world.Thread.FreeNormal(objects[i]);
        HashSet<nint> caches = [.. CreateAll(world.Thread)];
        Assert.Contains((nint)cache, caches);
    }

    [Fact]
    public void DeferredFreesOfAnInterruptedCallAreWaitedForABoundedTime()
    {
        using FreshWorld world = new(Options);
        FakeThread other = world.NewThread();
        CacheDescriptor* cache = world.Thread.Create("deferred", 40);
        nuint address = other.Alloc(cache);
        KmemCacheThread* cell = ThreadState.Cell(other.Block, CacheDescriptor.NumberOf(cache));
        other.Run(frame =>
        {
            Assert.True(CellGuard.TryEnter(cell, frame));
            other.FreeNormal(address);
            Assert.NotEqual(0UL, cell->DeferPending.Load());
            int yields = 0;
            FreshWorld.Machine.Yield = () => yields++;
            world.Thread.Destroy(cache);
            Assert.InRange(yields, 1, 100000);
            CellGuard.Leave(cell, frame);
            return 0;
        });
        Assert.Equal("", FreshWorld.Machine.Output);
        other.Free(other.AllocNormal(3000, Gfp.Kernel | Gfp.Zero));
        Assert.True(DyingCaches.IsGone(CacheDescriptor.NumberOf(cache)));
    }

    [Fact]
    public void AllNumbersCanBeHadAndNoMore()
    {
        using FreshWorld world = new(Options);
        List<nint> caches = CreateAll(world.Thread);
        Assert.Equal(All, caches.Distinct().Count());
        Assert.Contains("failed with error -12", FreshWorld.Machine.Output);
        foreach (nint cache in caches) world.Thread.Destroy((CacheDescriptor*)cache);
        Assert.Equal(All, CreateAll(world.Thread).Count);
    }

    internal static List<nint> CreateAll(FakeThread thread)
    {
        List<nint> caches = [];
        while (true)
        {
            CacheDescriptor* cache = thread.Create("many", 40, flags: SlabFlags.NoMerge);
            if (cache == null) return caches;
            caches.Add((nint)cache);
        }
    }

    private static void AllDifferent(FakeThread one, FakeThread other, CacheDescriptor* cache)
    {
        List<nuint> objects = Enumerable.Range(0, 60)
            .Select(i => (i % 2 == 0 ? one : other).Alloc(cache)).ToList();
        Assert.Equal(60, objects.Distinct().Count());
        Assert.All(objects, address => Assert.True(KmemCache.Of(CacheDescriptor.NumberOf(cache)).IsStart(address)));
        foreach (nuint address in objects) one.Free(cache, address);
    }
}
