// SPDX-License-Identifier: MIT

using System;
using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class ConstructorTests
{
    private readonly Dictionary<nuint, int> _constructed = [];
    private Action _during;

    [Fact]
    public void EachObjectIsConstructedOnceUntilItsSlabIsGivenBack()
    {
        using FreshWorld world = new("arena=2m,threads=4");
        CacheDescriptor* cache = Create(world);
        for (int round = 0; round < 3; round++)
        {
            List<nuint> objects = Enumerable.Range(0, 2000).Select(_ => world.Thread.Alloc(cache)).ToList();
            Assert.All(objects, address => Assert.Equal(1, _constructed[address]));
            foreach (nuint address in objects) world.Thread.Free(cache, address);
        }
        world.Thread.Trim();
        _constructed.Clear();
        nuint again = world.Thread.Alloc(cache);
        Assert.Equal(1, _constructed[again]);
    }

    [Fact]
    public void AConstructorThatNeverReturnsIsCalledAgainForTheObject()
    {
        using FreshWorld world = new("arena=2m,threads=4");
        CacheDescriptor* cache = Create(world);
        _during = () => throw new Abandoned();
        Assert.Throws<Abandoned>(() => world.Thread.Alloc(cache));
        _during = null;
        List<nuint> objects = Enumerable.Range(0, 1638).Select(_ => world.Thread.Alloc(cache)).ToList();
        Assert.Equal(1638, objects.Distinct().Count());
        Assert.Equal(1, _constructed.Values.Count(times => times == 2));
        Assert.Equal(1UL, Slabs(cache));
    }

    [Fact]
    public void AConstructorMayAllocateFromTheSameCache()
    {
        using FreshWorld world = new("arena=2m,threads=4");
        CacheDescriptor* cache = Create(world);
        List<nuint> inner = [];
        _during = () =>
        {
            _during = null;
            inner.Add(world.Thread.AllocNolock(cache));
        };
        nuint outer = world.Thread.Alloc(cache);
        Assert.NotEqual(outer, Assert.Single(inner));
        Assert.Equal((1, 1), (_constructed[outer], _constructed[inner[0]]));
    }

    [Fact]
    public void ZeroingWouldUndoItAndIsReported()
    {
        using FreshWorld world = new("arena=2m,threads=4");
        CacheDescriptor* cache = Create(world);
        nuint address = world.Thread.Alloc(cache, 0x100);
        Assert.Equal(0xabcdUL, *(ulong*)address);
        Assert.Contains("__GFP_ZERO is ignored", FreshWorld.Machine.Output);
    }

    private static ulong Slabs(CacheDescriptor* cache) =>
        NoLockAlloc.Api.SlabCounts.Of(CacheDescriptor.NumberOf(cache));

    private CacheDescriptor* Create(FreshWorld world)
    {
        FreshWorld.Machine.Constructor = Construct;
        return world.Thread.Create("made", 40, constructor: 1);
    }

    private void Construct(nuint address)
    {
        _constructed[address] = _constructed.GetValueOrDefault(address) + 1;
        *(ulong*)address = 0xabcd;
        _during?.Invoke();
    }

    private sealed class Abandoned : Exception;
}
