// SPDX-License-Identifier: MIT
// The table of sizes: kmalloc's buckets (kmalloc_info[], mm/slab_common.c), numbered from 1 in order of size,
// computed. All tables of the arena follow from it. The malloc library has another file in this one's place
// (../Malloc/Pages/Sizes.cs).

using System.Numerics;

namespace NoLockAlloc.Pages;

internal static class Sizes
{
    internal const int Buckets = 13;
    internal const nuint Maximum = 8192;

    /// <summary>Numbers of caches that are no buckets: FirstExtra to Caches. The numbers between lie where a
    /// thread block has its size table.</summary>
    internal const int FirstExtra = 16;

    /// <summary>16 to 19 are orders of pages, 20 to 32 kmalloc-cg-N; from this one on the numbers are
    /// kmem_cache_create's, then come as many for the twins of those caches. The last are debug caches of the
    /// buckets.</summary>
    internal const int FirstCreated = 33;
    internal const int Created = 81;
    internal const int LastCreated = FirstCreated + Created - 1;
    internal const int Caches = LastCreated + Created + Buckets;

    /// <summary>All sizes are multiples of two to this, and so are the steps of a thread's size table.
    /// </summary>
    internal const int GranularityShift = 3;

    /// <summary>Object words of a slab: 131 words of 63 objects for 8-byte objects, rounded up to 17 cache
    /// lines, an odd number, so that the words of different slabs do not pile up in one cache set.</summary>
    internal const nuint WordsPerBlock = 136;

    /// <summary>A cell for each bucket and for "no bucket", and the size table: all that fast paths touch.
    /// The cells of other caches follow.</summary>
    internal const nuint ThreadBlockBytes = 22528;

    /// <summary>2^32 / 3.</summary>
    private const uint Third = 0x55555555;

    /// <summary>Four bits a bucket, the first lowest.</summary>
    private const ulong Shifts = 0xdcba98_6756543_0;

    /// <summary>Bytes of an object: two to the shift, or three times that (96 and 192).</summary>
    internal static nuint Of(int bucket) => (nuint)(IsThird(bucket) ? 3 : 1) << ShiftOf(bucket);

    /// <summary>2^32 / Of(bucket), rounded up.</summary>
    internal static uint ReciprocalOf(int bucket)
    {
        int shift = ShiftOf(bucket);
        return IsThird(bucket) ? (Third >> shift) + 1 : (uint)(1UL << (32 - shift));
    }

    /// <summary>kmalloc_index: the bucket of a size of 1 to Maximum bytes.</summary>
    internal static int BucketOf(nuint size)
    {
        if (size <= 8) return 1;
        if (size > 64 && size <= 96) return 5;
        if (size > 128 && size <= 192) return 7;
        int log = 64 - BitOperations.LeadingZeroCount((ulong)size - 1);
        return log <= 6 ? log - 2 : log == 7 ? 6 : log;
    }

    /// <summary>Objects in a full array of a thread: twice the kernel's sheaf capacities and more, in powers
    /// of two (DECISIONS 19).</summary>
    internal static ulong CapacityOf(nuint size) =>
        size < 256 ? 128UL : size < 1024 ? 64UL : size < 4096 ? 32UL : size < 16384 ? 16UL : 4UL;

    /// <summary>96 and 192.</summary>
    private static bool IsThird(int bucket) => bucket is 5 or 7;

    private static int ShiftOf(int bucket) => (int)(Shifts >> 4 * bucket) & 15;
}
