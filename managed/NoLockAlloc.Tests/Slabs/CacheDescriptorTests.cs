// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class CacheDescriptorTests
{
    private const int Number = Sizes.FirstExtra + 4;

    [Theory]
    [InlineData(40, 0)]
    [InlineData(40, CacheDescriptor.NoArrays)]
    [InlineData(1000, CacheDescriptor.SlowFree)]
    [InlineData(32768, CacheDescriptor.NoArrays | CacheDescriptor.SlowFree)]
    public void ACacheThatIsNoBucketGivesObjectsOfItsSizeAndTakesThemBack(int size, uint flags)
    {
        using FreshWorld world = WithCache(size, flags);
        KmemCache cache = KmemCache.Of(Number);
        List<nuint> objects = Enumerable.Range(0, 300).Select(_ => Take(world.Thread)).ToList();
        Assert.DoesNotContain((nuint)0, objects);
        List<nuint> sorted = objects.Order().ToList();
        for (int i = 1; i < 300; i++) Assert.True(sorted[i] - sorted[i - 1] >= (nuint)size);
        Assert.All(objects, address => Assert.True(cache.IsStart(address) && Slab.CacheAt(address).Bucket == Number));
        foreach (nuint address in objects) world.Thread.Free(address);
        Assert.Equal("", FreshWorld.Machine.Output);
        world.Thread.Trim();
        Assert.Equal(0UL, world.Statistics().SlabBytes);
    }

    [Fact]
    public void AFreeOfTheFastPathPutsItIntoTheArray()
    {
        using FreshWorld world = WithCache(40, 0);
        nuint address = Take(world.Thread);
        ulong fast = Cell(world)->Head.Frees;
        world.Thread.Free(address);
        Assert.Equal(fast + 1, Cell(world)->Head.Frees);
        Assert.Equal(address, Take(world.Thread));
    }

    [Fact]
    public void WhereAFreeHasMoreToDoTheFastPathFallsOut()
    {
        using FreshWorld world = WithCache(40, CacheDescriptor.SlowFree);
        Take(world.Thread);
        Assert.Equal(0U, Cell(world)->Reciprocal);
        Assert.NotEqual(0UL, Cell(world)->Capacity);
    }

    [Fact]
    public void WithoutArraysEachObjectIsTakenFromItsSlabAndGivenBackToIt()
    {
        using FreshWorld world = WithCache(40, CacheDescriptor.NoArrays);
        nuint address = Take(world.Thread);
        Assert.Equal(1UL, Barn.Counter(Number, Barn.AllocDirect).Load());
        world.Thread.Free(address);
        Assert.Equal((0UL, 0UL), (Cell(world)->Head.Get(), Cell(world)->Capacity));
        Assert.True(Slab.IsEmpty(Arena.BlockOf(address), KmemCache.Of(Number)));
        world.Thread.Free(address);
        Assert.Contains("is free already", FreshWorld.Machine.Output);
    }

    [Fact]
    public void ACellIsPreparedAtFirstUseAndAHandlerThatInterruptsThatDoesWithout()
    {
        using FreshWorld world = WithCache(40, 0);
        Assert.False(Cell(world)->IsPrepared);
        world.Thread.Run(frame =>
        {
            Cell(world)->Lock.Take(frame);
            Assert.NotEqual((nuint)0, Take(world.Thread));
            Assert.Equal(1UL, Barn.Counter(Number, Barn.AllocDirect).Load());
            Cell(world)->Lock.Free();
            return 0;
        });
        Take(world.Thread);
        Assert.True(Cell(world)->IsPrepared);
        Assert.Equal(1UL, Barn.Counter(Number, Barn.AllocDirect).Load());
    }

    private static FreshWorld WithCache(int size, uint flags)
    {
        FreshWorld world = new("arena=32m,threads=4");
        world.Thread.Free(world.Thread.Alloc(8));
        CacheDescriptor.Of(Number)->SetGeometry((uint)size, flags);
        CacheDescriptor.Publish(Number);
        return world;
    }

    private static KmemCacheThread* Cell(FreshWorld world) => ThreadState.Cell(world.Thread.Block, Number);

    private static nuint Take(FakeThread thread) =>
        thread.Run(frame => SlabAlloc.Take(thread.Block, Number, 0, frame));
}
