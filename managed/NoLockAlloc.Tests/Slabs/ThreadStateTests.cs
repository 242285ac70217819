// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Runtime.InteropServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class ThreadStateTests
{
    [Fact]
    public void TheSizeTableNamesTheCellOfEachSize()
    {
        using FreshWorld world = new();
        world.Thread.Alloc(8);
        for (nuint size = 1; size <= KmemCache.MaximumSize; size++)
        {
            KmemCacheThread* cell = ThreadState.CellForSize(world.Thread.Block, size - 1);
            Assert.Equal(KmemCache.BucketOf(size), cell->Bucket);
            Assert.True(cell == world.Thread.CellFor(size));
        }
    }

    [Fact]
    public void EachCellKnowsItsOwnerItsBucketAndItsGeometry()
    {
        using FreshWorld world = new();
        world.NewThread().Alloc(8);
        world.Thread.Alloc(8);
        ThreadState* self = world.Thread.Block;
        Assert.Equal((2UL, Arena.Base, Arena.LimitBytes), (self->Id, self->Base, self->LimitBytes));
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++)
        {
            KmemCacheThread* cell = ThreadState.Cell(self, bucket);
            KmemCache cache = KmemCache.Of(bucket);
            Assert.Equal((2UL, bucket, cache.Capacity), (cell->Owner, cell->Bucket, cell->Capacity));
            Assert.Equal((cache.Reciprocal, 0UL), (cell->Reciprocal, cell->Head.Frees));
            Assert.Equal(ArrayHead.End, cell->Head.First + cell->Capacity);
            Assert.Equal(cache.Cell, (ulong)((ulong*)cell - (ulong*)self));
        }
    }

    /// <summary>The header is the cell of no bucket: a fast free reads these words of it and falls out.
    /// </summary>
    [Theory]
    [InlineData(nameof(HotCell.Head))]
    [InlineData(nameof(HotCell.Holder))]
    [InlineData(nameof(HotCell.Reciprocal))]
    public void NoFieldOfTheHeaderLiesWhereAFreeLooks(string hot)
    {
        int at = OffsetOf(typeof(HotCell), hot);
        BindingFlags all = BindingFlags.NonPublic | BindingFlags.Instance;
        foreach (FieldInfo field in typeof(ThreadState).GetFields(all))
        {
            Assert.True(OffsetOf(typeof(ThreadState), field.Name) >= at + 8);
        }
    }

    /// <summary>A fast path takes the lock there as anywhere, and frees it by its lower half.</summary>
    [Fact]
    public void TheBlockOfAThreadThatHasNoneStaysZeroButForTheLocksUpperHalf()
    {
        using FreshWorld world = new("arena=1m,threads=1");
        world.NewThread().Alloc(8);
        nuint address = world.Thread.Alloc(8);
        world.Thread.Free(address);
        world.Thread.Trim();
        byte* boot = (byte*)FreshWorld.Machine.BootThread;
        HotCell* hot = (HotCell*)boot;
        Assert.NotEqual((nuint)0, hot->Holder);
        Assert.Equal((nuint)0, hot->HeadAndRelease);
        hot->Holder = 0;
        for (nuint i = 0; i < ArenaLayout.ThreadBlockBytes; i++) Assert.Equal(0, boot[i]);
    }

    private static int OffsetOf(System.Type type, string field) =>
        type.GetField(field, BindingFlags.NonPublic | BindingFlags.Instance)
            .GetCustomAttribute<FieldOffsetAttribute>().Value;
}
