// SPDX-License-Identifier: MIT
// The table of sizes of the malloc library, in place of NoLockAlloc/Pages/Sizes.cs: 16 32 48 64, then four
// sizes per doubling: 80 96 112 128, 160 192 224 256, up to 20480 24576 28672 32768. So a request gets at
// most a quarter more than it asked for, and every size is a multiple of malloc's alignment, 16. The sizes
// above 8 KiB are multiples of a page that do not fill a block of 64 KiB: what is left over is never touched,
// so it costs address space and no memory.

using System.Numerics;

namespace NoLockAlloc.Pages;

internal static class Sizes
{
    internal const int Buckets = 40;
    internal const nuint Maximum = 32768;

    /// <summary>Numbers of caches that are no buckets: FirstExtra to Caches. There are none.</summary>
    internal const int FirstExtra = Buckets + 1;
    internal const int FirstCreated = Buckets + 1;
    internal const int Created = 0;
    internal const int LastCreated = Buckets;
    internal const int Caches = Buckets;

    /// <summary>All sizes are multiples of two to this, and so are the steps of a thread's size table.
    /// </summary>
    internal const int GranularityShift = 4;

    /// <summary>Object words of a slab: 66 words of 63 objects for 16-byte objects, rounded up to 9 cache
    /// lines, an odd number, so that the words of different slabs do not pile up in one cache set.</summary>
    internal const nuint WordsPerBlock = 72;

    /// <summary>A cell for each bucket and for "no bucket", the size table, and two journals of
    /// runs.</summary>
    internal const nuint ThreadBlockBytes = 61952;

    /// <summary>Buckets 1 to 4 are the multiples of 16 up to 64. From bucket 5 on, four to a doubling: 5, 6,
    /// 7 and 8 times a power of two.</summary>
    private const int FirstQuarter = 5;

    /// <summary>Bytes of an object.</summary>
    internal static nuint Of(int bucket)
    {
        int quarter = bucket - FirstQuarter;
        return quarter < 0
            ? (nuint)bucket << GranularityShift
            : (nuint)(5 + (quarter & 3)) << (GranularityShift + (quarter >> 2));
    }

    /// <summary>2^32 / Of(bucket), rounded up.</summary>
    internal static uint ReciprocalOf(int bucket) => 0xffff_ffff / (uint)Of(bucket) + 1;

    /// <summary>The bucket of a size of 1 to Maximum bytes.</summary>
    internal static int BucketOf(nuint size)
    {
        if (size <= 128) return (int)((size + 15) >> GranularityShift);
        int log = 63 - BitOperations.LeadingZeroCount((ulong)size - 1);
        int quarter = (int)((size - 1) >> (log - 2)) - 4;
        return 4 * (log - 6) + FirstQuarter + quarter;
    }

    /// <summary>Objects in a full array of a thread, in powers of two: at most 128 KiB of a bucket.</summary>
    internal static ulong CapacityOf(nuint size) =>
        size < 256 ? 128UL : size < 1024 ? 64UL : size < 4096 ? 32UL : size <= 8192 ? 16UL :
        size <= 16384 ? 8UL : 4UL;
}
