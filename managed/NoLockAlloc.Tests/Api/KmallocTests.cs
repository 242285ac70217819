// SPDX-License-Identifier: MIT

using System;
using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Api;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Api;

public sealed unsafe class KmallocTests
{
    private const uint Bad = 0xcc0;

    [Fact]
    public void TheChecksComeInTheKernelsOrder()
    {
        using FreshWorld world = new();
        Assert.Equal((nuint)16, world.Thread.Alloc(0, Bad, node: 7));
        Assert.Equal("nolockalloc: kmalloc_nolock() ignores gfp flags 0xcc0\n", FreshWorld.Machine.Output);
        Assert.Equal((nuint)0, world.Thread.Alloc(8193, 0, node: 7));
        Assert.Equal((nuint)0, world.Thread.Alloc(nuint.MaxValue));
        Assert.Equal(1UL, world.Statistics().Reports);
        Assert.Equal((nuint)0, world.Thread.Alloc(64, 0, node: 7));
        Assert.Equal((nuint)0, world.Thread.Alloc(64, 0, node: -2));
        Assert.EndsWith("kmalloc_nolock() has no node 0x7\n", FreshWorld.Machine.Output);
        Assert.Equal(2UL, world.Statistics().Reports);
    }

    [Theory]
    [InlineData(0u, -1)]
    [InlineData(0u, 0)]
    [InlineData(Gfp.Account, -1)]
    [InlineData(Gfp.Account | Gfp.Zero, 0)]
    [InlineData(Bad, -1)]
    public void FlagsAndNodesThatAreKnownOrIgnoredGiveAnObject(uint gfp, int node)
    {
        using FreshWorld world = new();
        for (int i = 0; i < 3; i++) Assert.NotEqual((nuint)0, world.Thread.Alloc(100, gfp, node));
        Assert.Equal(gfp == Bad ? 1UL : 0, world.Statistics().Reports);
        Assert.Equal(3UL, world.StatisticsOf(6).LiveObjects);
    }

    [Fact]
    public void EverySizeGetsAnObjectOfItsBucketThatIsNobodyElses()
    {
        using FreshWorld world = new("arena=64m,threads=4");
        Dictionary<nuint, nuint> live = [];
        for (nuint size = 1; size <= 8192; size += size < 300 ? 1u : 31u)
        {
            nuint address = world.Thread.Alloc(size);
            nuint usable = world.Thread.SizeOf(address);
            Assert.Equal(KmemCache.Of(KmemCache.BucketOf(size)).Size, usable);
            Assert.Equal((nuint)0, address % (usable & (~usable + 1)));
            live.Add(address, usable);
        }
        nuint end = 0;
        foreach ((nuint address, nuint usable) in live.OrderBy(entry => entry.Key))
        {
            Assert.True(address >= end);
            end = address + usable;
        }
        Assert.Equal("", FreshWorld.Machine.Output);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(96)]
    [InlineData(8192)]
    public void ZeroMeansEveryByteAndNoFlagMeansNone(int size)
    {
        using FreshWorld world = new();
        nuint address = world.Thread.Alloc((nuint)size);
        new Span<byte>((void*)address, size).Fill(0xa5);
        world.Thread.Free(address);
        Assert.Equal(address, world.Thread.Alloc((nuint)size));
        Assert.False(new Span<byte>((void*)address, size).ContainsAnyExcept((byte)0xa5));
        world.Thread.Free(address);
        Assert.Equal(address, world.Thread.Alloc((nuint)size - 1, Gfp.Zero));
        Assert.False(new Span<byte>((void*)address, size).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void AHandlerInsideItsBucketIsServedByTheNextOneAndInsideBothByASlab()
    {
        using FreshWorld world = new();
        world.Thread.Alloc(64);
        world.Thread.Run(frame =>
        {
            world.Thread.CellFor(64)->Lock.Take(frame);
            Assert.Equal((nuint)96, world.Thread.SizeOf(world.Thread.Alloc(64)));
            Assert.Equal(1UL, world.StatisticsOf(5).BucketRetry);
            world.Thread.CellFor(96)->Lock.Take(frame);
            Assert.Equal((nuint)64, world.Thread.SizeOf(world.Thread.Alloc(64)));
            Assert.Equal(1UL, world.StatisticsOf(4).AllocDirect);
            world.Thread.CellFor(8192)->Lock.Take(frame);
            Assert.Equal((nuint)8192, world.Thread.SizeOf(world.Thread.Alloc(8192)));
            Assert.Equal(1UL, world.StatisticsOf(13).AllocDirect);
            return 0;
        });
    }

    [Fact]
    public void AnAllocationDrainsWhatAHandlerDeferredToACallThatWasAbandoned()
    {
        using FreshWorld world = new();
        nuint address = world.Thread.Alloc(64);
        KmemCacheThread* cell = world.Thread.CellFor(64);
        world.Thread.Run(frame =>
        {
            Assert.True(CellGuard.TryEnter(cell, frame));
            world.Thread.Free(address);
            return 0;
        });
        Assert.Equal((1UL, 0UL), (cell->Deferred.Get(), cell->Drained.Get()));
        Assert.NotEqual((nuint)0, world.Thread.Alloc(64));
        Assert.Equal(1UL, cell->Drained.Get());
        Assert.Equal(0UL, cell->DeferPending.Load());
    }

    /// <summary>A call that found the lock free goes on after a handler that was abandoned in the middle of a
    /// refill: it meets Pending.</summary>
    [Fact]
    public void TheFastPathsFallOutWhereABatchIsUnderWay()
    {
        foreach (bool allocates in new[] { true, false })
        {
            using FreshWorld world = new();
            nuint address = world.Thread.Alloc(64);
            KmemCacheThread* cell = world.Thread.CellFor(64);
            while (cell->Head.Get() != 0) world.Thread.Alloc(64);
            cell->Lock.Take(8);
            Journal.BeginRefill(cell, 0, 1UL << 40);
            cell->Lock.Free();
            if (allocates) Assert.Equal((nuint)64, world.Thread.SizeOf(world.Thread.Alloc(64)));
            else world.Thread.Free(address);
            Assert.InRange(cell->Head.Get(), 1UL, cell->Capacity);
            Assert.Equal("", FreshWorld.Machine.Output);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFreeOfTheObjectThatWasFreedLastIsReported(bool isHardened)
    {
        using FreshWorld world = new();
        Hardening.IsOn = isHardened;
        nuint address = world.Thread.Alloc(64);
        world.Thread.Free(address);
        ulong head = world.Thread.CellFor(64)->Head.Get();
        world.Thread.Free(address);
        Assert.Equal(head, world.Thread.CellFor(64)->Head.Get());
        Assert.StartsWith(
            $"nolockalloc: 0x{address:x} is free already, called from 0x4", FreshWorld.Machine.Output);
        Assert.Equal(1UL, world.Statistics().Reports);
    }

    [Fact]
    public void HardenedEveryFreeOfAFreeObjectIsReported()
    {
        using FreshWorld world = new();
        Hardening.IsOn = true;
        nuint[] objects = Enumerable.Range(0, 40).Select(_ => world.Thread.Alloc(64)).ToArray();
        foreach (nuint address in objects) world.Thread.Free(address);
        foreach (nuint address in objects) world.Thread.Free(address);
        Assert.Equal(40UL, world.Statistics().Reports);
    }

    /// <summary>Also where the words of blocks that are never given out would be, which hold other things.
    /// </summary>
    [Fact]
    public void PointersIntoTheTablesAreReportedAndIgnored()
    {
        using FreshWorld world = new();
        world.Thread.Alloc(64);
        ulong reports = 0;
        for (nuint block = 0; block < Arena.Header->First; block++)
        {
            foreach (nuint offset in new nuint[] { 0, 8, 64, 192, 4096, 8192, 65528 })
            {
                world.Thread.Free(Arena.AddressOf(block) + offset);
                Assert.Equal(++reports, world.Statistics().Reports);
            }
        }
    }

    [Fact]
    public void PointersThatAreNoObjectAreReportedAndIgnored()
    {
        using FreshWorld world = new();
        nuint address = world.Thread.Alloc(96);
        nuint block = Arena.AddressOf(Arena.BlockOf(address));
        nuint[] notStart = [address + 1, address + 48, block, block + 1];
        nuint end = Arena.Base + Arena.LimitBytes;
        nuint[] notOurs = [8, 17, Arena.Base - 64, block + 65536, end, nuint.MaxValue];
        foreach (nuint bad in notStart.Concat(notOurs)) world.Thread.Free(bad);
        string[] lines = FreshWorld.Machine.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(10, lines.Length);
        Assert.All(lines.Take(4), line => Assert.Contains(" is not the start of an object,", line));
        Assert.All(lines.Skip(4), line => Assert.Contains(" is no object of kmalloc_nolock(),", line));
        Assert.Equal((nuint)0, world.Thread.SizeOf(address + 1));
        world.Thread.Free(0);
        world.Thread.Free(16);
        Assert.Equal(11UL, world.Statistics().Reports);
        Assert.Equal((0, 0), ((int)world.Thread.SizeOf(0), (int)world.Thread.SizeOf(Kmalloc.ZeroSizePtr)));
        Assert.Equal(1UL, world.StatisticsOf(5).LiveObjects);
    }
}
