// SPDX-License-Identifier: MIT
// The caches kmalloc-cg-N: for each bucket another of the same size, for objects of which more is known than
// their bits (ObjectExtensions). A free of such an object has something to do first, so the fast path falls
// out; the buckets themselves pay nothing for it.

using NoLockAlloc.Pages;

namespace NoLockAlloc.Slabs;

internal static unsafe class KmallocCg
{
    internal const int First = Sizes.FirstExtra + 4;
    internal const int Last = First + KmemCache.Buckets - 1;

    internal static bool Has(in KmemCache cache) =>
        !cache.IsBucket && cache.Bucket >= First && cache.Bucket <= Last;

    internal static int BucketOf(int number) => number - First + 1;

    /// <summary>The cache for a bucket's sizes, ready for use.</summary>
    internal static int For(int bucket)
    {
        int number = First + bucket - 1;
        if (!CacheDescriptor.IsLive(number))
        {
            uint size = (uint)KmemCache.Of(bucket).Size;
            CacheDescriptor.Of(number)->SetGeometry(size, CacheDescriptor.FlagsOfExtended);
            CacheDescriptor.Publish(number);
        }
        return number;
    }
}
