// SPDX-License-Identifier: MIT
// slab_post_alloc_hook and slab_free_hook (mm/slub.c), for objects of which something is written down
// (Tracking): they come from the caches kmalloc-cg-N, twins of caches (CacheTwin), caches with SLAB_ACCOUNT,
// or debug caches.

using NoLockAlloc.Debug;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class KmallocTracked
{
    /// <summary>An object of kmalloc_nolock() for the size with that entry. 0: memory is exhausted, or a
    /// limit refuses it.</summary>
    internal static nuint Take(
        ThreadState* self, nuint size, uint gfp, ulong entry, ulong frame, int node) =>
        Track(self, TakeUntracked(self, size, gfp, frame, node), gfp, entry, frame);

    /// <summary>The entry becomes that of an object that was just taken, or is given up if the address is 0.
    /// 0: a limit refuses it, and it is free again. Where no vector can be had the object is untracked: not
    /// charged, and not lost.</summary>
    internal static nuint Track(ThreadState* self, nuint address, uint gfp, ulong entry, ulong frame)
    {
        if (address == 0)
        {
            Tracking.Forget(entry);
            return 0;
        }
        KmemCache cache = Slab.CacheAt(address);
        if (!Tracking.TryBegin(entry, cache.Size, gfp))
        {
            if (cache.IsDebug) DebugFree.Free(self, cache, address, frame);
            else SlabFree.TryFree(self, cache, address, frame);
            return 0;
        }
        bool isPut = ObjectExtensions.TryPut(self, cache, DebugCache.SlotOf(cache, address), entry, frame);
        if (!isPut) Tracking.GiveUp(entry, cache.Size);
        return address;
    }

    /// <summary>Of a cache whose objects may have an entry: the debug cache of the bucket, if it has one.
    /// </summary>
    private static nuint TakeUntracked(ThreadState* self, nuint size, uint gfp, ulong frame, int node)
    {
        int bucket = KmemCache.BucketOf(size);
        if (KmemCache.Of(bucket).IsDebuggedBucket)
        {
            return DebugAlloc.Take(
                self, DebugCache.Serving(bucket), size, (gfp & Gfp.Zero) != 0, frame, node);
        }
        int next = bucket < KmemCache.Buckets ? KmallocCg.For(bucket + 1) : 0;
        return SlabAlloc.Take(self, KmallocCg.For(bucket), next, frame, node);
    }

    /// <summary>The object is about to be freed.</summary>
    internal static void Forget(in KmemCache cache, nuint address)
    {
        if (!IsTracked(cache, address)) return;
        Tracking.End(ObjectExtensions.Take(cache, DebugCache.SlotOf(cache, address)), cache.Size);
    }

    /// <summary>What is written down about the object, or the pages, that begin at the address; 0: nothing.
    /// </summary>
    internal static ulong EntryOf(nuint address)
    {
        KmemCache cache = Slab.CacheAt(address);
        return IsTracked(cache, address)
            ? ObjectExtensions.Get(cache, DebugCache.SlotOf(cache, address))
            : Page.EntryOf(address);
    }

    /// <summary>An object of which something may be written down begins there.</summary>
    private static bool IsTracked(in KmemCache cache, nuint address) =>
        ObjectExtensions.MayHave(cache) && cache.IsStart(DebugCache.SlotOf(cache, address));
}
