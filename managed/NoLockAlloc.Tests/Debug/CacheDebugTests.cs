// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Debug;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Words;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Debug;

public sealed unsafe class CacheDebugTests
{
    private const string NoOption = "arena=2m,threads=4";
    private const uint All = SlabFlags.Debug & ~SlabFlags.Trace;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(20, 0)]
    [InlineData(61, 64)]
    [InlineData(4096, 4096)]
    [InlineData(32768, 8)]
    [InlineData(32768, 16384)]
    public void AnObjectLiesAlignedBetweenZonesThatAreRight(int size, int align)
    {
        using FreshWorld world = new(NoOption);
        CacheDescriptor* cache = world.Thread.Create("mine", (uint)size, (uint)align, All);
        for (int i = 0; i < 12; i++)
        {
            byte* a = (byte*)world.Thread.Alloc(cache);
            Assert.Equal((nuint)0, (nuint)a % (nuint)(align == 0 ? 8 : align));
            Assert.Equal((nuint)size, world.Thread.SizeOf((nuint)a));
            Assert.All(Bytes(a, 0, size), b => Assert.Equal(0x5a, b));
            Assert.All(Bytes(a, -16, 16).Concat(Bytes(a, size, 8)), b => Assert.Equal(0xcc, b));
            if (i % 2 == 0) continue;
            world.Thread.Free(cache, (nuint)a);
            Assert.All(Bytes(a, 0, size - 1), b => Assert.Equal(0x6b, b));
            Assert.Equal(0xa5, a[size - 1]);
            Assert.All(Bytes(a, -16, 16).Concat(Bytes(a, size, 8)), b => Assert.Equal(0xbb, b));
        }
        Assert.Equal(0, Validate(world, "mine"));
        Assert.Equal("", DebugScene.Said);
    }

    [Theory]
    [InlineData("slub_debug=FZPU,mine", 0U, "FZPU")]
    [InlineData("slub_debug=FZPU,kmalloc-64", 0U, "")]
    [InlineData("slub_debug=Z,mi*;P", 0U, "Z")]
    [InlineData("slub_debug=P", SlabFlags.StoreUser, "PU")]
    [InlineData("slub_debug=-", SlabFlags.RedZone | SlabFlags.Trace, "ZT")]
    [InlineData("slub_debug", SlabFlags.NoLeakTrace, "FZP")]
    [InlineData("slub_debug=U,mine", SlabFlags.NoLeakTrace, "U")]
    [InlineData("slub_debug", SlabFlags.NoUserFlags, "")]
    [InlineData("slub_debug", SlabFlags.NoUserFlags | SlabFlags.Poison, "P")]
    [InlineData("leaks", 0U, "U")]
    [InlineData("leaks", SlabFlags.NoLeakTrace, "")]
    [InlineData("abort", SlabFlags.ConsistencyChecks, "F")]
    [InlineData("abort", 0U, "")]
    public void TheFlagsAreThoseOfTheOptionAndOfTheCreation(string option, uint flags, string letters)
    {
        using FreshWorld world = new(NoOption + "," + option);
        CacheDescriptor* cache = world.Thread.Create("mine", 200, flags: flags | SlabFlags.NoMerge);
        uint expected = letters.Aggregate(0U, (all, letter) => all | 1U << "FZPUT".IndexOf(letter));
        Assert.Equal(expected, cache->DebugFlags);
        Assert.Equal(letters == "", Of(cache).HasArrays);
    }

    /// <summary>Not even with each other, nor a number's next cache with what it was.</summary>
    [Fact]
    public void DebugCachesAreNotMergedAndLeaveNothingBehind()
    {
        using FreshWorld world = new(NoOption + ",slub_debug=FZPU,mine");
        CacheDescriptor* first = world.Thread.Create("mine", 64);
        CacheDescriptor* second = world.Thread.Create("mine", 64);
        CacheDescriptor* plain = world.Thread.Create("other", 40);
        Assert.True(first != second && CacheDescriptor.NumberOf(plain) > 32 && !Of(plain).IsDebug);
        Assert.Equal(KmemCache.BucketOf(64), CacheDescriptor.NumberOf(world.Thread.Create("other", 64)));
        world.Thread.Free(first, world.Thread.Alloc(first));
        world.Thread.Destroy(first);
        CacheDescriptor* next = world.Thread.Create("other", 64, flags: SlabFlags.NoMerge);
        Assert.True(next == first && !Of(next).IsDebug && Of(next).HasArrays && next->Left == 0);
    }

    [Fact]
    public void TheTableIsMadeWithTheFirstCacheThatNeedsIt()
    {
        using FreshWorld world = new(NoOption);
        world.Thread.Create("plain", 40);
        Assert.Equal(0UL, Arena.Header->DebugTable.Load());
        world.Thread.Create("mine", 40, flags: SlabFlags.Poison);
        ulong table = Arena.Header->DebugTable.Load();
        world.Thread.Create("another", 40, flags: SlabFlags.Poison);
        Assert.True(table != 0 && table == Arena.Header->DebugTable.Load());
    }

    /// <summary>Of two tables at a time one stays, and the other's address space goes back.</summary>
    [Fact]
    public void AHandlerMayMakeTheTableWhileItIsBeingMade() => RunAt.AtEachAccess(at =>
    {
        using FreshWorld world = new(NoOption);
        world.Thread.Free(world.Thread.Alloc(8));
        int before = FreshWorld.Machine.Memory.Reserved.Count;
        CacheDescriptor* inner = null;
        CacheDescriptor* outer = null;
        byte* taken = null;
        bool isReached = RunAt.Access(
            at,
            () =>
            {
                inner = world.Thread.Create("inner", 48, flags: All);
                taken = (byte*)world.Thread.Alloc(inner);
            },
            () => outer = world.Thread.Create("outer", 40, flags: All));
        Assert.Equal(before + 1, FreshWorld.Machine.Memory.Reserved.Count);
        if (isReached) world.Thread.Free(inner, (nuint)taken);
        world.Thread.Free(outer, world.Thread.Alloc(outer));
        Assert.Equal((0, ""), (Validate(world, null), DebugScene.Said));
        return isReached;
    });

    [Fact]
    public void WithoutAddressSpaceForTheTableThereIsNoSuchCache()
    {
        using FreshWorld world = new(NoOption);
        world.Thread.Free(world.Thread.Alloc(8));
        FreshWorld.Machine.Memory.Limit = 0;
        Assert.True(world.Thread.Create("mine", 40, flags: All) == null);
        Assert.Contains("kmem_cache_create(mine) failed with error -12", DebugScene.Said);
        Assert.True(world.Thread.Create("plain", 40) != null);
    }

    [Fact]
    public void WhatAConstructorMadeIsNeverWrittenOver()
    {
        using FreshWorld world = new(NoOption);
        List<nuint> made = [];
        FreshWorld.Machine.Constructor = address =>
        {
            made.Add(address);
            *(ulong*)address = 0xabcd;
        };
        CacheDescriptor* cache = world.Thread.Create("made", 40, flags: All, constructor: 1);
        byte* a = (byte*)world.Thread.Alloc(cache);
        Assert.Equal([(nuint)a], made);
        *(ulong*)a = 0x1234;
        world.Thread.Free(cache, (nuint)a);
        Assert.Equal(0x1234UL, *(ulong*)a);
        Assert.True(a == (byte*)world.Thread.Alloc(cache) && made.Count == 1);
        Assert.Equal("", DebugScene.Said);
        a[40] = 1;
        world.Thread.Free(cache, (nuint)a);
        Assert.Contains("BUG made (Not tainted): Right Redzone overwritten", DebugScene.Said);
    }

    [Fact]
    public void AConstructorThatWritesBehindItsObjectIsReportedAndTheObjectIsHandedOut()
    {
        using FreshWorld world = new(NoOption);
        FreshWorld.Machine.Constructor = address => *(ulong*)(address + 40) = 0xabcd;
        CacheDescriptor* cache = world.Thread.Create("made", 40, flags: All, constructor: 1);
        byte* a = (byte*)world.Thread.Alloc(cache);
        Assert.Equal(1, DebugScene.Errors);
        Assert.Contains("BUG made (Not tainted): Right Redzone overwritten", DebugScene.Said);
        world.Thread.Free(cache, (nuint)a);
        Assert.Equal(1, DebugScene.Errors);
        Assert.Equal(0, Validate(world, null));
    }

    [Fact]
    public void AnAccountedDebugCacheIsChargedAndItsOwnTwin()
    {
        using FreshWorld world = new(NoOption);
        CacheDescriptor* cache = world.Thread.Create("mine", 40, flags: All | SlabFlags.Account);
        int number = CacheDescriptor.NumberOf(cache);
        Assert.Equal(number, CacheTwin.ForTracked(number));
        nuint a = world.Thread.Alloc(cache);
        Assert.Equal(number, Slab.CacheAt(a).Bucket);
        world.Thread.Free(cache, a);
        world.Thread.Free(cache, a);
        Assert.Contains("BUG mine (Not tainted): Object already free", DebugScene.Said);
    }

    private static KmemCache Of(CacheDescriptor* cache) => KmemCache.Of(CacheDescriptor.NumberOf(cache));

    private static int Validate(FreshWorld world, string cache)
    {
        byte[] name = cache == null ? null : System.Text.Encoding.ASCII.GetBytes(cache + "\0");
        return (int)world.Thread.Run(frame =>
        {
            fixed (byte* at = name)
            {
                return (nuint)(nint)Validation.Run(at, new DebugCall(world.Thread.Block, frame));
            }
        });
    }

    private static byte[] Bytes(byte* at, int from, int count) =>
        Enumerable.Range(from, count).Select(i => at[i]).ToArray();
}
