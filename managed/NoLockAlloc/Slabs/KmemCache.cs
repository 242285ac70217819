// SPDX-License-Identifier: MIT
// struct kmem_cache: the geometry of one bucket. A value, computed; nothing of it is shared state.
//
// A slab is one block. What its objects leave over lies at its start (the margin), so that the last object
// ends where the block ends, and "is this the start of an object" is one multiplication: n, the bytes from
// the first object to the address, is a multiple of the size exactly if n * Reciprocal, in 32 bits, is below
// Reciprocal (Lemire, Kaser, Kurz, "Faster remainder by direct computation", 2019). KmemCacheTests tries
// every address of every bucket.

using System.Numerics;
using NoLockAlloc.Pages;

namespace NoLockAlloc.Slabs;

internal readonly unsafe struct KmemCache
{
    internal const int Buckets = (int)ArenaLayout.Buckets;
    internal const nuint MaximumSize = 8192;

    private KmemCache(int bucket)
    {
        fixed (byte* sizes = SmallSizes)
        {
            Size = bucket < SmallBuckets ? sizes[bucket] : (nuint)1 << bucket;
        }
        Bucket = bucket;
        Reciprocal = (uint)(((1UL << 32) + Size - 1) / Size);
    }

    /// <summary>Bytes of an object.</summary>
    internal nuint Size { get; }

    /// <summary>1 to Buckets, in order of size.</summary>
    internal int Bucket { get; }

    /// <summary>2^32 / Size, rounded up.</summary>
    internal uint Reciprocal { get; }

    /// <summary>The margin's share in the product that IsStart looks at.</summary>
    internal uint StartBias => (uint)Margin * Reciprocal;

    internal nuint Objects => Arena.BlockBytes / Size;

    /// <summary>Bytes at a slab's start that no object has; a multiple of the objects' alignment.</summary>
    private nuint Margin => Arena.BlockBytes % Size;

    internal nuint Words => (Objects + Words63 - 1) / Words63;

    /// <summary>The bucket's cell in a thread block, which is also its name in a block's state.</summary>
    internal ulong Cell => (ulong)Bucket * KmemCacheThread.Bytes;

    /// <summary>Objects in a full array of a thread: the kernel's sheaf capacities.</summary>
    internal ulong Capacity => Size < 256 ? 60UL : Size < 1024 ? 28UL : Size < 4096 ? 12UL : 4UL;

    /// <summary>Objects that move at once between an array and a slab or the barn.</summary>
    internal ulong Batch => (Capacity + 4) / 2;

    private const nuint Words63 = NoLockAlloc.Words.ObjectWord.Objects;

    private const int SmallBuckets = 8;

    /// <summary>From bucket 8 on, the size is two to the bucket's number.</summary>
    private static System.ReadOnlySpan<byte> SmallSizes => [0, 8, 16, 32, 64, 96, 128, 192];

    internal static KmemCache Of(int bucket) => new(bucket);

    internal static KmemCache OfCell(ulong cell) => new((int)(cell / KmemCacheThread.Bytes));

    /// <summary>kmalloc_index: the bucket of a size of 1 to MaximumSize bytes.</summary>
    internal static int BucketOf(nuint size)
    {
        if (size <= 8) return 1;
        if (size > 64 && size <= 96) return 5;
        if (size > 128 && size <= 192) return 7;
        int log = 64 - BitOperations.LeadingZeroCount((ulong)size - 1);
        return log <= 6 ? log - 2 : log == 7 ? 6 : log;
    }

    /// <summary>Of the start of an object.</summary>
    internal nuint IndexOf(nuint address) =>
        (nuint)((ulong)(address % Arena.BlockBytes - Margin) * Reciprocal >> 32);

    internal nuint AddressOf(nuint block, nuint index) => Arena.AddressOf(block) + Margin + index * Size;

    internal bool IsStart(nuint address) => (ushort)address * Reciprocal - StartBias < Reciprocal;
}
