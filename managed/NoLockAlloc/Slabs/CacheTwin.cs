// SPDX-License-Identifier: MIT
// What kmalloc-cg-N is for a bucket, its twin is for a cache of kmem_cache_create(): another cache of the
// same objects, for those of which more is known than their bits (ObjectExtensions). A free of such an object
// has something to do first, so the fast path falls out; other objects of the cache pay nothing for it. To
// the program the two are one. They are made and die together (CacheLife). A cache with SLAB_ACCOUNT, of
// which every object may be charged, has no use for its twin.

using NoLockAlloc.Pages;

namespace NoLockAlloc.Slabs;

internal static unsafe class CacheTwin
{
    private const int First = Sizes.FirstCreated + Sizes.Created;

    internal static bool Is(int number) => (uint)(number - First) < Sizes.Created;

    /// <summary>Of a created cache.</summary>
    internal static int Of(int number) => number + Sizes.Created;

    internal static bool Has(int number) => (uint)(number - Sizes.FirstCreated) < Sizes.Created;

    /// <summary>The cache from which such objects of the cache come: which may be itself. It lives.</summary>
    internal static int ForTracked(int number)
    {
        KmemCache cache = KmemCache.Of(number);
        if (ObjectExtensions.MayHave(cache)) return number;
        return cache.IsBucket ? KmallocCg.For(number) : Of(number);
    }

    /// <summary>The cache that the program knows, of one that its objects come from.</summary>
    internal static int KnownAs(int number)
    {
        if (KmallocCg.Has(KmemCache.Of(number))) return KmallocCg.BucketOf(number);
        return Is(number) ? number - Sizes.Created : number;
    }
}
