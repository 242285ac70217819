// SPDX-License-Identifier: MIT
// slab_flags_t: the flags of a cache (include/linux/slab.h). The kernel numbers its flags by what is
// configured; these are the values with everything configured.

namespace NoLockAlloc.Words;

internal static class SlabFlags
{
    internal const uint ConsistencyChecks = 1u << 0;
    internal const uint RedZone = 1u << 1;
    internal const uint Poison = 1u << 2;
    internal const uint HwcacheAlign = 1u << 4;
    internal const uint StoreUser = 1u << 7;
    internal const uint Panic = 1u << 8;
    internal const uint TypesafeByRcu = 1u << 9;
    internal const uint Trace = 1u << 10;
    internal const uint NoLeakTrace = 1u << 12;
    internal const uint NoMerge = 1u << 13;
    internal const uint Failslab = 1u << 14;
    internal const uint Account = 1u << 15;
    internal const uint NoUserFlags = 1u << 17;
    internal const uint ReclaimAccount = 1u << 19;

    /// <summary>SLAB_DEBUG_FLAGS.</summary>
    internal const uint Debug = ConsistencyChecks | RedZone | Poison | StoreUser | Trace;

    /// <summary>There is no RCU here that a promise about freed slabs could refer to.</summary>
    internal const uint Refused = TypesafeByRcu;

    internal const uint NeverMerge = Debug | TypesafeByRcu | NoLeakTrace | NoMerge | Failslab;

    /// <summary>SLAB_MERGE_SAME: both or neither have it. With CACHE_DMA and CACHE_DMA32.</summary>
    internal const uint MergeSame = ReclaimAccount | 1u << 5 | 1u << 6 | Account;
}
