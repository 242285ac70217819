// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Runtime.InteropServices;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class HotCellTests
{
    [Theory]
    [InlineData(nameof(HotCell.Lock), nameof(KmemCacheThread.Lock))]
    [InlineData(nameof(HotCell.Head), nameof(KmemCacheThread.Head))]
    [InlineData(nameof(HotCell.Capacity), nameof(KmemCacheThread.Capacity))]
    [InlineData(nameof(HotCell.FastFrees), nameof(KmemCacheThread.FastFrees))]
    [InlineData(nameof(HotCell.DeferPending), nameof(KmemCacheThread.DeferPending))]
    [InlineData(nameof(HotCell.Reciprocal), nameof(KmemCacheThread.Reciprocal))]
    [InlineData(nameof(HotCell.StartBias), nameof(KmemCacheThread.StartBias))]
    [InlineData(nameof(HotCell.ObjectBelow), nameof(KmemCacheThread.Guard))]
    [InlineData(nameof(HotCell.Object), nameof(KmemCacheThread.FirstObject))]
    public void EachWordLiesWhereTheCellHasIt(string hot, string cell) =>
        Assert.Equal(OffsetOf<KmemCacheThread>(cell), OffsetOf<HotCell>(hot));

    [Fact]
    public void NoWordOfTheFastPathsIsMissingHere() =>
        Assert.Equal(9, typeof(HotCell).GetFields(BindingFlags.NonPublic | BindingFlags.Instance).Length);

    [Fact]
    public void BothAreOfOneSize()
    {
        Assert.Equal(sizeof(KmemCacheThread), sizeof(HotCell));
        Assert.Equal(KmemCacheThread.Bytes, (nuint)sizeof(HotCell));
        int array = OffsetOf<HotCell>(nameof(HotCell.Object));
        Assert.True(array + 60 * 8 <= sizeof(HotCell));
    }

    [Fact]
    public void AnEntryOfTheArrayIsTheSameInBothViews()
    {
        using CellScene s = new(8);
        for (ulong i = 0; i < s.Cell->Capacity; i++)
        {
            KmemCacheThread.Object(s.Cell, i).Set(1000 + i);
            HotCell* view = HotCell.ObjectAt((HotCell*)s.Cell, (nuint)i);
            Assert.Equal((nuint)(1000 + i), view->Object);
            Assert.Equal(i == 0 ? 0 : (nuint)(999 + i), view->ObjectBelow);
        }
    }

    [Fact]
    public void TheWordsOfOneViewAreSeenInTheOther()
    {
        using FreshWorld world = new();
        nuint address = world.Thread.Alloc(64);
        KmemCacheThread* cell = world.Thread.CellFor(64);
        HotCell* hot = (HotCell*)cell;
        Assert.Equal(cell->Head.Get(), hot->Head);
        world.Thread.Free(address);
        Assert.Equal(1UL, cell->FastFrees.Get());
        Assert.Equal((nuint)1, hot->FastFrees);
        Assert.Equal(address, HotCell.ObjectAt(hot, hot->Head)->ObjectBelow);
        cell->Lock.Take(0x1234);
        Assert.Equal((nuint)0x1234, hot->Lock);
        cell->Lock.Free();
        Assert.Equal((nuint)0, hot->Lock);
    }

    private static int OffsetOf<T>(string field) =>
        typeof(T).GetField(field, BindingFlags.NonPublic | BindingFlags.Instance)
            .GetCustomAttribute<FieldOffsetAttribute>().Value;
}
