// SPDX-License-Identifier: MIT
// slab_post_alloc_hook and slab_free_hook (mm/slub.c), for objects of which something is written down: the
// group that they are charged to, the call site that they are counted at. They come from the caches
// kmalloc-cg-N, or from debug caches.
//
// Of a call that is abandoned in here, what remains is what it had in hand: one object, with its bytes on the
// group's and the call site's counters and its count of the group.

using NoLockAlloc.Accounting;
using NoLockAlloc.Debug;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tags;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class KmallocTracked
{
    /// <summary>What is to be written down about an object that is allocated now; 0: nothing.</summary>
    internal static ulong EntryFor(uint gfp, AllocTag* tag) =>
        ExtensionWord.Entry(ObjectCharge.TryGetGroup(gfp), tag == null ? 0 : TagTable.IdOf(tag));

    /// <summary>An object for the size with that entry. 0: memory is exhausted, or a limit refuses it. Where
    /// no vector can be had the object is untracked: not charged, and not lost.</summary>
    internal static nuint Take(
        ThreadState* self, nuint size, uint gfp, ulong entry, ulong frame, int node)
    {
        uint group = ExtensionWord.GroupOf(entry);
        nuint address = TakeUntracked(self, size, gfp, frame, node);
        if (address == 0)
        {
            ObjectCharge.Forget(group);
            return 0;
        }
        KmemCache cache = Slab.CacheAt(address);
        if (!ObjectCharge.TryCharge(group, cache.Size))
        {
            if (cache.IsDebug) DebugFree.Free(self, cache, address, frame);
            else SlabFree.TryFree(self, cache, address, frame);
            ObjectCharge.Forget(group);
            return 0;
        }
        uint tag = ExtensionWord.TagOf(entry);
        if (ObjectExtensions.TryPut(self, cache, DebugCache.SlotOf(cache, address), entry, frame))
        {
            if (tag != 0) TagEntry.Of(tag)->Add(cache.Size);
            return address;
        }
        ObjectCharge.Uncharge(group, cache.Size);
        if (tag != 0) TagEntry.Of(tag)->IsInaccurate.Store(1);
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
        ulong entry = ObjectExtensions.Take(cache, DebugCache.SlotOf(cache, address));
        if (entry == 0) return;
        ObjectCharge.Uncharge(ExtensionWord.GroupOf(entry), cache.Size);
        uint tag = ExtensionWord.TagOf(entry);
        if (TagTable.IsId(tag)) TagEntry.Of(tag)->Remove(cache.Size);
    }

    /// <summary>The handle of the group that an object is charged to; 0: none.</summary>
    internal static ulong GroupOf(nuint address)
    {
        KmemCache cache = Slab.CacheAt(address);
        if (!IsTracked(cache, address)) return 0;
        uint group = ExtensionWord.GroupOf(ObjectExtensions.Get(cache, DebugCache.SlotOf(cache, address)));
        return MemoryGroup.IsNumber(group) ? MemoryGroup.HandleOf(group) : 0;
    }

    /// <summary>An object of which something may be written down begins there.</summary>
    private static bool IsTracked(in KmemCache cache, nuint address) =>
        ObjectExtensions.MayHave(cache) && cache.IsStart(DebugCache.SlotOf(cache, address));
}
