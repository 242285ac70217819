// SPDX-License-Identifier: MIT
// struct kmem_cache: the geometry of one cache. Of a bucket it is computed (Pages/Sizes.cs); what another
// cache is stands in its descriptor.
//
// A slab is one block. What its objects leave over lies at its start (the margin), so that the last object
// ends where the block ends, and "is this the start of an object" is one multiplication: n, the bytes from
// the first object to the address, is a multiple of the size exactly if n * Reciprocal, in 32 bits, is below
// Reciprocal (Lemire, Kaser, Kurz, "Faster remainder by direct computation", 2019). KmemCacheTests tries
// every address of every bucket.

using NoLockAlloc.Pages;

namespace NoLockAlloc.Slabs;

internal readonly unsafe struct KmemCache
{
    internal const int Buckets = Sizes.Buckets;
    internal const nuint MaximumSize = Sizes.Maximum;

    private KmemCache(int bucket) => Bucket = bucket;

    /// <summary>The cache's number: 1 to Buckets, in order of size, or of another cache. The only field: a
    /// larger value would go through memory wherever it is handed on.</summary>
    internal int Bucket { get; }

    internal bool IsBucket => Bucket <= Buckets;

    /// <summary>From one object to the next, in bytes.</summary>
    internal nuint Size => IsBucket ? Sizes.Of(Bucket) : CacheDescriptor.Of(Bucket)->Size;

    /// <summary>2^32 / Size, rounded up.</summary>
    internal uint Reciprocal =>
        IsBucket ? Sizes.ReciprocalOf(Bucket) : CacheDescriptor.Of(Bucket)->Reciprocal;

    internal bool HasArrays =>
        (CacheDescriptor.Of(Bucket)->Flags & CacheDescriptor.NoArrays) == 0 && !IsDebuggedBucket;

    /// <summary>Another cache serves the bucket: ServingBucket.</summary>
    internal bool IsDebuggedBucket => IsBucket && Arena.Header->DebugFlagsOf(Bucket) != 0;

    /// <summary>Objects carry what debugging needs: Debug/.</summary>
    internal bool IsDebug => Bucket != 0 && CacheDescriptor.Of(Bucket)->DebugFlags != 0;

    /// <summary>What the fast path of a free multiplies by: 0 makes it fall out.</summary>
    internal uint FastReciprocal =>
        (CacheDescriptor.Of(Bucket)->Flags & CacheDescriptor.SlowFree) == 0 ? Reciprocal : 0;

    /// <summary>The low 16 bits of an object's start, times FastReciprocal, plus this, are less than
    /// FastReciprocal, modulo 2^32; those of no other address are. It is the test of IsStart turned round, so
    /// that the fast path adds once.</summary>
    internal uint StartBias => FastReciprocal - 1 - Arena.BlockBytes32 * FastReciprocal;

    /// <summary>A function, or 0. Buckets have none.</summary>
    internal nuint Constructor => IsBucket ? 0 : CacheDescriptor.Of(Bucket)->Constructor;

    internal nuint Objects => (nuint)(Arena.BlockBytes * (ulong)Reciprocal >> 32);

    /// <summary>Bytes at a slab's start that no object has; a multiple of the objects' alignment.</summary>
    private nuint Margin => Arena.BlockBytes - Objects * Size;

    internal nuint Words => (Objects + Words63 - 1) / Words63;

    /// <summary>The bucket's cell in a thread block, which is also its name in a block's state.</summary>
    internal ulong Cell => (ulong)Bucket * KmemCacheThread.CellWords;

    /// <summary>Objects in a full array of a thread.</summary>
    internal ulong Capacity => HasArrays ? Sizes.CapacityOf(Size) : 0;

    /// <summary>Objects that move at once between an array and a slab or the barn.</summary>
    internal ulong Batch => Capacity / 2;

    private const nuint Words63 = NoLockAlloc.Words.ObjectWord.Objects;

    internal static KmemCache Of(int bucket) => new(bucket);

    /// <summary>The highest number in use: all caches are those from 1 to Last in steps of After.</summary>
    internal static int Last => (int)Arena.Header->HighCache.Load();

    internal static int After(int number)
    {
        do number = number == Buckets ? Sizes.FirstExtra : number + 1;
        while (number > Buckets && number <= Last && !CacheDescriptor.IsInUse(number));
        return number;
    }

    internal static KmemCache OfCell(ulong cell) => new((int)(cell / KmemCacheThread.CellWords));

    /// <summary>The bucket of a size of 1 to MaximumSize bytes.</summary>
    internal static int BucketOf(nuint size) => Sizes.BucketOf(size);

    /// <summary>Of the start of an object. The objects are counted from the block's end, where no margin
    /// lies.</summary>
    internal nuint IndexOf(nuint address)
    {
        ulong reciprocal = Reciprocal;
        ulong toTheEnd = Arena.BlockBytes - address % Arena.BlockBytes;
        return (nuint)((Arena.BlockBytes * reciprocal >> 32) - (toTheEnd * reciprocal >> 32));
    }

    internal nuint AddressOf(nuint block, nuint index) => Arena.AddressOf(block) + Margin + index * Size;

    internal bool IsStart(nuint address) => (Arena.BlockBytes32 - (ushort)address) * Reciprocal < Reciprocal;
}
