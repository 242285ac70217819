// SPDX-License-Identifier: MIT

using System.Linq;
using NoLockAlloc.Api;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Api;

public sealed unsafe class PageTests
{
    public static TheoryData<int> Orders() => new(Enumerable.Range(0, PageOrders.Maximum + 1));

    [Theory]
    [MemberData(nameof(Orders))]
    public void PagesOfAnOrderAreFoundByAnyAddressInThem(int order)
    {
        using FreshWorld world = new("arena=32m,threads=4");
        nuint page = Alloc(world, order);
        nuint start = Page.AddressOf(page);
        Assert.Equal((nuint)0, start % PageOrders.BytesOf(order));
        Assert.Equal((nuint)Page.Of(start), page);
        foreach (nuint offset in new nuint[] { 0, 1, PageOrders.BytesOf(order) / 2, PageOrders.BytesOf(order) - 1 })
        {
            Assert.Equal((start, order), (PageOrders.StartOf(start + offset), PageOrders.OrderAt(start)));
        }
        Assert.NotEqual(start, PageOrders.StartOf(start + PageOrders.BytesOf(order)));
    }

    [Fact]
    public void TheLastReferenceFreesThePagesAndNoneIsBelowZero()
    {
        using FreshWorld world = new("arena=32m,threads=4");
        nuint page = Alloc(world, 1);
        Do(world, frame => Page.Get(page, frame));
        Assert.Equal(2UL, Page.References(page));
        Put(world, page);
        Put(world, page);
        Assert.Equal(0UL, Page.References(page));
        Assert.Equal("", FreshWorld.Machine.Output);
        Put(world, page);
        Do(world, frame => Page.Get(page, frame));
        Assert.Equal(2, FreshWorld.Machine.Output.Split("names no such pages").Length - 1);
        Assert.Equal(0UL, Page.References(page));
    }

    [Fact]
    public void ADroppedReferenceIsTriedAgainWhenAnotherCameBetween()
    {
        using FreshWorld world = new("arena=32m,threads=4");
        nuint page = Alloc(world, 5);
        Machine.Atomic.Hook = new OneMore((SharedWord*)page);
        Put(world, page);
        Machine.Atomic.Hook = null;
        Assert.Equal(1UL, Page.References(page));
        Assert.Equal(5, Page.OrderOf(page));
    }

    [Fact]
    public void WhatIsNoPageHasNoAddress()
    {
        using FreshWorld world = new();
        world.Thread.Alloc(8);
        nuint first = (nuint)Arena.Header->Pages;
        foreach (nuint wrong in new nuint[] { 0, 1, first, first - 8, nuint.MaxValue - 7 })
        {
            Assert.Equal((nuint)0, Page.AddressOf(wrong));
        }
        nuint block = Arena.AddressOf(Arena.Header->First);
        Assert.Equal(block, Page.AddressOf((nuint)Page.Of(block)));
        Assert.Equal((nuint)0, Page.AddressOf((nuint)Page.Of(block) + 1));
    }

    private delegate void Call(ulong frame);

    private static void Do(FreshWorld world, Call call) => world.Thread.Run(frame =>
    {
        call(frame);
        return 0;
    });

    private static void Put(FreshWorld world, nuint page) =>
        Do(world, frame => Page.Put(page, world.Thread.Block, frame));

    private static nuint Alloc(FreshWorld world, int order)
    {
        nuint page = world.Thread.Run(
            frame => Page.Alloc(0, Kmalloc.AnyNode, (uint)order, 1, null, world.Thread.Block, frame));
        Assert.NotEqual((nuint)0, page);
        return page;
    }

    /// <summary>Another thread takes a reference just before this one could drop its own.</summary>
    private sealed class OneMore(SharedWord* page) : Machine.AccessHook
    {
        internal override void Before(Machine.Access access, nuint address)
        {
            if (access != Machine.Access.Replace || address != (nuint)page) return;
            Machine.Atomic.Hook = null;
            page->Add(1);
        }
    }
}
