// SPDX-License-Identifier: MIT

using System.Linq;
using NoLockAlloc.Api;
using NoLockAlloc.Debug;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Debug;

public sealed unsafe class DebugObjectTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(18)]
    [InlineData(96)]
    [InlineData(192)]
    [InlineData(8192)]
    public void AnObjectLiesAlignedBetweenZonesThatAreRight(int size)
    {
        using DebugScene scene = new();
        byte* a = scene.Alloc((nuint)size);
        nuint bucket = Sizes.Of(Sizes.BucketOf((nuint)size));
        Assert.Equal((nuint)0, (nuint)a & (bucket & (0 - bucket)) - 1);
        Assert.All(Bytes(a, 0, size), b => Assert.Equal(0x5a, b));
        Assert.All(Bytes(a, -16, 16), b => Assert.Equal(0xcc, b));
        Assert.All(Bytes(a, size, (int)bucket - size + 8), b => Assert.Equal(0xcc, b));
        scene.Free(a);
        Assert.All(Bytes(a, 0, (int)bucket - 1), b => Assert.Equal(0x6b, b));
        Assert.Equal(0xa5, a[bucket - 1]);
        Assert.All(Bytes(a, -16, 16), b => Assert.Equal(0xbb, b));
        Assert.All(Bytes(a, (int)bucket, 8), b => Assert.Equal(0xbb, b));
        Assert.Equal(0, scene.Validate());
        Assert.Equal("", DebugScene.Said);
    }

    [Fact]
    public void OnlyTheBucketsThatAreNamedAreDebugged()
    {
        using DebugScene scene = new("slub_debug=FZPU,kmalloc-64");
        Assert.True(Slab.CacheAt((nuint)scene.Alloc(64)).IsDebug);
        Assert.True(Slab.CacheAt((nuint)scene.Alloc(32)).IsBucket);
        Assert.Equal(0UL, scene.Thread.CellFor(64)->Capacity);
        Assert.Equal(128UL, scene.Thread.CellFor(32)->Capacity);
        Assert.Equal(Validation.NoSuchCache, scene.Validate("kmalloc-32"));
        Assert.Equal(0, scene.Validate("kmalloc-64"));
    }

    [Fact]
    public void ZeroesAreAsManyAsWereAskedFor()
    {
        using DebugScene scene = new();
        byte* a = scene.Alloc(18, Gfp.Zero);
        Assert.All(Bytes(a, 0, 18), b => Assert.Equal(0, b));
        scene.Free(a);
        Assert.Equal("", DebugScene.Said);
    }

    [Fact]
    public void WhoAsksForTheSizeMayUseAllOfTheBucket()
    {
        using DebugScene scene = new();
        byte* a = scene.Alloc(18);
        Assert.Equal((nuint)32, scene.Thread.SizeOf((nuint)a));
        a[18] = a[31] = 1;
        scene.Free(a);
        Assert.Equal("", DebugScene.Said);
    }

    [Fact]
    public void AFreeObjectThatWasWrittenToIsNeverHandedOutAgain()
    {
        using DebugScene scene = new();
        byte* a = scene.Alloc(64);
        scene.Free(a);
        a[9] = 1;
        byte* next = scene.Alloc(64);
        Assert.True(next != a);
        Assert.Equal(DebugWord.KindLost, DebugScene.KindOf(a));
        Assert.Equal(1, DebugScene.Errors);
        Assert.Equal(0x6b, a[9]);
        for (int i = 0; i < 400; i++) Assert.True(scene.Alloc(64) != a);
        Assert.Equal(1, DebugScene.Errors);
    }

    [Fact]
    public void AnObjectThatWasOverrunIsPutRightAndNeverHandedOutAgain()
    {
        using DebugScene scene = new();
        byte* a = scene.Alloc(60);
        a[60] = 7;
        scene.Free(a);
        Assert.Equal(DebugWord.KindLost, DebugScene.KindOf(a));
        Assert.Equal(0xcc, a[60]);
        Assert.Equal(0, scene.Validate());
        Assert.Equal(1, DebugScene.Errors);
        Assert.True(scene.Alloc(64) != a);
    }

    /// <summary>The words of the table are those of the slab's former life.</summary>
    [Fact]
    public void ASlabThatEndsAndBeginsAgainHasFreshObjects()
    {
        using DebugScene scene = new();
        byte* a = scene.Alloc(64);
        scene.Free(a);
        scene.Thread.Trim();
        a[5] = 1;
        byte* again = scene.Alloc(64);
        Assert.True(again == a);
        Assert.Equal("", DebugScene.Said);
        scene.Free(again);
        scene.Free(again);
        Assert.Equal(1, DebugScene.Errors);
    }

    [Fact]
    public void CountersAreTheBucketsAndDoNotDrift()
    {
        using DebugScene scene = new();
        for (int i = 0; i < 500; i++) scene.Free(scene.Alloc(64));
        BucketStats stats = scene.World.StatisticsOf(Sizes.BucketOf(64));
        Assert.Equal((64U, 341U, 0UL), (stats.ObjectSize, stats.ObjectsPerSlab, stats.LiveObjects));
        Assert.Equal(1UL, stats.AllocSlab - stats.FreeSlab);
        Assert.Equal(1UL, stats.ActiveSlabs);
        scene.Thread.Trim();
        Assert.Equal(0UL, scene.World.Statistics().SlabBytes);
    }

    private static byte[] Bytes(byte* at, int from, int count) =>
        Enumerable.Range(from, count).Select(i => at[i]).ToArray();
}
