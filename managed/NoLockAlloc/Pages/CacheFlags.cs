// SPDX-License-Identifier: MIT
// What a cache's calls may not do, as bits. A cache has its own (Slabs/CacheDescriptor.cs); the options give
// some to all caches.

namespace NoLockAlloc.Pages;

internal static class CacheFlags
{
    /// <summary>No thread keeps objects of it: each call goes to the slabs.</summary>
    internal const uint NoArrays = 1;

    /// <summary>A free may not take the fast path: there is something to do before it.</summary>
    internal const uint SlowFree = 2;

    /// <summary>Nor may an allocation: threads' size tables do not lead to it.</summary>
    internal const uint SlowAlloc = 1U << 31;
}
