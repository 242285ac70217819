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

    private KmemCache(int bucket) => Bucket = bucket;

    /// <summary>1 to Buckets, in order of size. The only field: a larger value would go through memory
    /// wherever it is handed on.</summary>
    internal int Bucket { get; }

    /// <summary>Bytes of an object: two to the shift, or three times that (96 and 192).</summary>
    internal nuint Size => (nuint)(IsThird ? 3 : 1) << Shift;

    /// <summary>2^32 / Size, rounded up.</summary>
    internal uint Reciprocal => IsThird ? (Third >> Shift) + 1 : (uint)(1UL << (32 - Shift));

    internal nuint Objects => (nuint)(Arena.BlockBytes * (ulong)Reciprocal >> 32);

    /// <summary>Bytes at a slab's start that no object has; a multiple of the objects' alignment.</summary>
    private nuint Margin => Arena.BlockBytes - Objects * Size;

    internal nuint Words => (Objects + Words63 - 1) / Words63;

    /// <summary>The bucket's cell in a thread block, which is also its name in a block's state.</summary>
    internal ulong Cell => (ulong)Bucket * KmemCacheThread.Bytes;

    /// <summary>Objects in a full array of a thread: twice the kernel's sheaf capacities and
    /// more, in powers of two (DECISIONS 19).</summary>
    internal ulong Capacity => Size < 256 ? 128UL : Size < 1024 ? 64UL : Size < 4096 ? 32UL : 16UL;

    /// <summary>Objects that move at once between an array and a slab or the barn.</summary>
    internal ulong Batch => Capacity / 2;

    private const nuint Words63 = NoLockAlloc.Words.ObjectWord.Objects;

    /// <summary>2^32 / 3.</summary>
    private const uint Third = 0x55555555;

    /// <summary>96 and 192.</summary>
    private bool IsThird => Bucket is 5 or 7;

    /// <summary>Four bits a bucket, the first lowest.</summary>
    private const ulong Shifts = 0xdcba98_6756543_0;

    private int Shift => (int)(Shifts >> 4 * Bucket) & 15;

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

    internal bool IsStart(nuint address) => (Arena.BlockBytes32 - (ushort)address) * Reciprocal < Reciprocal;
}
