// SPDX-License-Identifier: MIT
// slab_flags_t: the flags of a cache (include/linux/slab.h). The kernel numbers its flags by what is
// configured; these are the values with everything configured.

namespace NoLockAlloc.Words;

internal static class SlabFlags
{
    internal const uint HwcacheAlign = 1u << 4;
    internal const uint Panic = 1u << 8;
    internal const uint TypesafeByRcu = 1u << 9;
    internal const uint NoMerge = 1u << 13;
    internal const uint Account = 1u << 15;
    internal const uint ReclaimAccount = 1u << 19;

    /// <summary>CONSISTENCY_CHECKS, RED_ZONE, POISON, STORE_USER, TRACE.</summary>
    internal const uint Debug = 1u << 0 | 1u << 1 | 1u << 2 | 1u << 7 | 1u << 10;

    /// <summary>There is no RCU here that a promise about freed slabs could refer to.</summary>
    internal const uint Refused = TypesafeByRcu;

    /// <summary>SLAB_NEVER_MERGE: with NOLEAKTRACE and FAILSLAB.</summary>
    internal const uint NeverMerge = Debug | TypesafeByRcu | 1u << 12 | NoMerge | 1u << 14;

    /// <summary>SLAB_MERGE_SAME: both or neither have it. With CACHE_DMA and CACHE_DMA32.</summary>
    internal const uint MergeSame = ReclaimAccount | 1u << 5 | 1u << 6 | Account;
}
