// SPDX-License-Identifier: MIT
// slab_post_alloc_hook and slab_free_hook (mm/slub.c), for objects of which something is written down
// (Tracking): they come from the caches kmalloc-cg-N, twins of caches (CacheTwin), caches with SLAB_ACCOUNT,
// or debug caches.

using NoLockAlloc.Debug;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

internal static unsafe class KmallocTracked
{
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
