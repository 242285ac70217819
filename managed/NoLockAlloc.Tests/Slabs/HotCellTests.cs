// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Runtime.InteropServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class HotCellTests
{
    [Theory]
    [InlineData(nameof(HotCell.Head), nameof(KmemCacheThread.Head))]
    [InlineData(nameof(HotCell.HeadAndRelease), nameof(KmemCacheThread.Head))]
    [InlineData(nameof(HotCell.IsHeld), nameof(KmemCacheThread.Lock))]
    [InlineData(nameof(HotCell.Holder), nameof(KmemCacheThread.Lock))]
    [InlineData(nameof(HotCell.Reciprocal), nameof(KmemCacheThread.Reciprocal))]
    [InlineData(nameof(HotCell.StartBias), nameof(KmemCacheThread.StartBias))]
    [InlineData(nameof(HotCell.ObjectBelow), nameof(KmemCacheThread.Guard))]
    [InlineData(nameof(HotCell.Object), nameof(KmemCacheThread.FirstObject))]
    public void EachWordLiesWhereTheCellHasIt(string hot, string cell) =>
        Assert.Equal(OffsetOf<KmemCacheThread>(cell), OffsetOf<HotCell>(hot));

    [Fact]
    public void NoWordOfTheFastPathsIsMissingHere() =>
        Assert.Equal(8, typeof(HotCell).GetFields(BindingFlags.NonPublic | BindingFlags.Instance).Length);

    [Theory]
    [InlineData(nameof(HotThread.Base))]
    [InlineData(nameof(HotThread.LastObject))]
    [InlineData(nameof(HotThread.LastCell))]
    public void SoDoesEachOfTheThread(string word) =>
        Assert.Equal(OffsetOf<ThreadState>(word), OffsetOf<HotThread>(word));

    [Fact]
    public void TheStateOfABlockNamesItsCell()
    {
        using FreshWorld world = new();
        nuint address = world.Thread.Alloc(1024);
        nuint block = (address - Arena.Base) >> Arena.BlockShift;
        Assert.Equal((ushort)KmemCache.Of(KmemCache.BucketOf(1024)).Cell, HotBlock.At(Arena.Base, block)->Cell);
    }

    /// <summary>There is room for the largest array, and for the place below PendingTop.</summary>
    [Fact]
    public void BothAreOfOneSize()
    {
        Assert.Equal(sizeof(KmemCacheThread), sizeof(HotCell));
        Assert.Equal(KmemCacheThread.Bytes, (nuint)sizeof(HotCell));
        int array = OffsetOf<HotCell>(nameof(HotCell.Object));
        Assert.True(array + ((int)ArrayHead.End + 1) * 8 <= sizeof(HotCell));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(256)]
    [InlineData(1024)]
    [InlineData(8192)]
    public void AnEntryOfTheArrayIsTheSameInBothViews(int size)
    {
        using CellScene s = new((nuint)size);
        for (ulong i = 0; i < s.Cell->Capacity; i++)
        {
            KmemCacheThread.Object(s.Cell, i).Set(1000 + i);
            HotCell* view = HotCell.ObjectAt((HotCell*)s.Cell, (nuint)(s.Cell->Head.First + i));
            Assert.Equal((nuint)(1000 + i), view->Object);
            Assert.Equal(i == 0 ? 0 : (nuint)(999 + i), view->ObjectBelow);
        }
    }

    [Fact]
    public void TheWordsOfOneViewAreSeenInTheOther()
    {
        using FreshWorld world = new();
        nuint address = world.Thread.Alloc(1024);
        KmemCacheThread* cell = world.Thread.CellFor(1024);
        HotCell* hot = (HotCell*)cell;
        Assert.Equal(cell->Head.First + cell->Head.Get(), hot->Head);
        world.Thread.Free(address);
        Assert.Equal(1UL, cell->Head.Frees);
        Assert.Equal(ArrayHead.OneFree + cell->Head.First + cell->Head.Get(), hot->Head);
        Assert.Equal(address, HotCell.ObjectAt(hot, (byte)hot->Head)->ObjectBelow);
        cell->Lock.Take(0x12_3456_789a_bcde);
        Assert.Equal((0x789a_bcdeu, 0x12_3456_789a_bcdeUL), (hot->IsHeld, hot->Holder));
        cell->Lock.Free();
        Assert.Equal((0u, 0UL), (hot->IsHeld, hot->Holder));
    }

    [Fact]
    public void OneStoreIsTheNewHeadAndFreesTheLock()
    {
        using CellScene s = new(1024);
        HotCell* hot = (HotCell*)s.Cell;
        s.Refill();
        (ulong head, uint upper) = (s.Head, (uint)(s.Frame >> 32));
        Assert.NotEqual(0u, upper);
        hot->HeadAndRelease = hot->Head - 1;
        Assert.True(s.Cell->Lock.IsFree);
        Assert.Equal((head - 1, 0UL), (s.Head, s.Cell->Head.Frees));
        Assert.Equal((nuint)upper << 32, hot->Holder);

        s.Cell->Lock.Take(s.Frame);
        hot->HeadAndRelease = (nuint)hot->Head + 1 + ArrayHead.OneFree;
        Assert.True(s.Cell->Lock.IsFree);
        Assert.Equal((head, 1UL), (s.Head, s.Cell->Head.Frees));
    }

    private static int OffsetOf<T>(string field) =>
        typeof(T).GetField(field, BindingFlags.NonPublic | BindingFlags.Instance)
            .GetCustomAttribute<FieldOffsetAttribute>().Value;
}
