// SPDX-License-Identifier: MIT

using System;
using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class KmemCacheTests
{
    private static readonly int[] s_sizes = [8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192];

    public static TheoryData<int> Buckets() => new(Enumerable.Range(1, KmemCache.Buckets));

    [Fact]
    public void EachSizeHasTheSmallestBucketThatHoldsIt()
    {
        Assert.Equal(KmemCache.Buckets, s_sizes.Length);
        Assert.Equal(KmemCache.MaximumSize, (nuint)s_sizes[^1]);
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++)
        {
            Assert.Equal((nuint)s_sizes[bucket - 1], KmemCache.Of(bucket).Size);
            Assert.Equal(bucket, KmemCache.Of(bucket).Bucket);
            Assert.Equal(bucket, KmemCache.OfCell(KmemCache.Of(bucket).Cell).Bucket);
        }
        for (int size = 1; size <= 8192; size++)
        {
            int expected = Array.FindIndex(s_sizes, holds => holds >= size) + 1;
            Assert.Equal(expected, KmemCache.BucketOf((nuint)size));
        }
    }

    [Theory]
    [MemberData(nameof(Buckets))]
    public void EveryAddressOfASlabAgreesWithPlainArithmetic(int bucket)
    {
        using FreshWorld world = new();
        Assert.True(Arena.Ensure());
        KmemCache cache = KmemCache.Of(bucket);
        int size = s_sizes[bucket - 1];
        int margin = 65536 % size;
        nuint block = Arena.Header->First + 1;
        int starts = 0;
        for (int offset = 0; offset < 65536; offset++)
        {
            nuint address = Arena.AddressOf(block) + (nuint)offset;
            bool isStart = offset >= margin && (offset - margin) % size == 0;
            if (cache.IsStart(address) != isStart) Assert.Fail($"IsStart of offset {offset}");
            if (!isStart) continue;
            starts++;
            Assert.Equal((nuint)((offset - margin) / size), cache.IndexOf(address));
            Assert.Equal(address, cache.AddressOf(block, cache.IndexOf(address)));
        }
        Assert.Equal((nuint)starts, cache.Objects);
        Assert.Equal((nuint)(65536 / size), cache.Objects);
        Assert.Equal(Arena.AddressOf(block + 1), cache.AddressOf(block, cache.Objects - 1) + cache.Size);
    }

    [Theory]
    [MemberData(nameof(Buckets))]
    public void TheComputedGeometryAgreesWithPlainFormulas(int bucket)
    {
        KmemCache cache = KmemCache.Of(bucket);
        int size = s_sizes[bucket - 1];
        Assert.Equal((nuint)size, cache.Size);
        Assert.Equal((uint)Math.Ceiling(4294967296.0 / size), cache.Reciprocal);
        Assert.Equal((nuint)(65536 / size), cache.Objects);
    }

    /// <summary>Counted from the block's end, where the last object ends.</summary>
    [Theory]
    [MemberData(nameof(Buckets))]
    public void StartsAreWhereWholeObjectsAreLeftToTheEndOfTheBlock(int bucket)
    {
        KmemCache cache = KmemCache.Of(bucket);
        for (int low = 0; low < 65536; low++)
        {
            bool isStart = (65536 - low) % s_sizes[bucket - 1] == 0;
            foreach (ulong above in new ulong[] { 0, 0x10000, 0x7f12_3456_0000 })
            {
                if (cache.IsStart((nuint)above + (nuint)low) != isStart) Assert.Fail($"{above:x} and {low}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Buckets))]
    public void TheFastPathOfAFreeSeesTheSameStarts(int bucket)
    {
        using FreshWorld world = new();
        world.Thread.Alloc(8);
        KmemCacheThread* cell = ThreadState.Cell(world.Thread.Block, bucket);
        KmemCache cache = KmemCache.Of(bucket);
        for (int offset = 0; offset < 65536; offset++)
        {
            uint rest = (Arena.BlockBytes32 - (ushort)offset) * cell->Reciprocal;
            if (rest < cell->Reciprocal != cache.IsStart((nuint)offset)) Assert.Fail($"offset {offset}");
        }
    }

    [Fact]
    public void TheCellOfNoBucketRefusesEveryAddress()
    {
        using FreshWorld world = new();
        world.Thread.Alloc(8);
        KmemCacheThread* none = (KmemCacheThread*)world.Thread.Block;
        KmemCacheThread* boot = (KmemCacheThread*)FreshWorld.Machine.BootThread;
        for (int offset = 0; offset < 65536; offset++)
        {
            uint below = Arena.BlockBytes32 - (ushort)offset;
            if (below * none->Reciprocal < none->Reciprocal) Assert.Fail("none");
            if (below * boot->Reciprocal < boot->Reciprocal) Assert.Fail("boot");
        }
    }

    [Theory]
    [MemberData(nameof(Buckets))]
    public void ObjectsAreAlignedToTheLargestPowerOfTwoThatDividesTheirSize(int bucket)
    {
        using FreshWorld world = new();
        Assert.True(Arena.Ensure());
        KmemCache cache = KmemCache.Of(bucket);
        nuint alignment = cache.Size & (~cache.Size + 1);
        for (nuint index = 0; index < cache.Objects; index++)
        {
            Assert.Equal((nuint)0, cache.AddressOf(Arena.Header->First, index) % alignment);
        }
    }

    [Theory]
    [InlineData(1, 7, 128, 64)]
    [InlineData(8, 9, 64, 32)]
    [InlineData(10, 11, 32, 16)]
    [InlineData(12, 13, 16, 8)]
    public void ArraysHoldTwoBatchesOfAPowerOfTwo(int first, int last, int capacity, int batch)
    {
        using FreshWorld world = new();
        world.Thread.Alloc(8);
        for (int bucket = first; bucket <= last; bucket++)
        {
            Assert.Equal((ulong)capacity, KmemCache.Of(bucket).Capacity);
            Assert.Equal((ulong)batch, KmemCache.Of(bucket).Batch);
        }
    }

    [Theory]
    [MemberData(nameof(Buckets))]
    public void TheWordsOfASlabHoldABitForEachObject(int bucket)
    {
        KmemCache cache = KmemCache.Of(bucket);
        Assert.InRange(cache.Words * 63, cache.Objects, cache.Objects + 62);
        Assert.InRange(cache.Words, (nuint)1, Arena.WordsPerBlock);
    }
}
