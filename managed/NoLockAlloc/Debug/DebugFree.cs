// SPDX-License-Identifier: MIT
// The end of an object of a debug cache (free_debug_processing, mm/slub.c): one exchange decides who frees
// it, so a second free is seen whoever makes it and whenever, also while the first is under way; then its
// zones are checked and filled, and it goes the way of all objects, which a handler's free may leave to the
// call that it interrupted.

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Debug;

internal static unsafe class DebugFree
{
    internal static void Free(ThreadState* self, in KmemCache of, nuint address, ulong frame)
    {
        DebugCall call = new(self, frame);
        DebugCache cache = DebugCache.Of(of);
        if (!cache.IsObject(address))
        {
            BugReport.InvalidPointer(cache, address, call);
            Refuse(cache, address);
            return;
        }
        DebugEntry* entry = cache.EntryOf(address);
        DebugWord busy = Begin(entry, address);
        if (busy.Value == 0)
        {
            BugReport.AlreadyFree(cache, address, call);
            Refuse(cache, address);
            return;
        }
        if (ObjectCheck.CountErrors(cache, address, busy.Size, isLive: true, restore: true, call) != 0)
        {
            entry->State.Store(busy.To(DebugWord.KindLost).Value);
            Refuse(cache, address);
            return;
        }
        if (cache.Has(SlubDebug.Trace)) Trace.Print(cache, address, isAlloc: false, frame);
        if (cache.Has(SlubDebug.StoreUser)) Track.Set(&entry->Freed, call);
        Zone.FillAll(cache, address, busy.Size, isLive: false);
        entry->State.Store(busy.To(DebugWord.KindFree).Value);
        SlabFree.TryFree(self, of, address - cache.Left, frame);
    }

    /// <summary>The bytes of an object, all of which the caller may use from now on (ksize,
    /// mm/slab_common.c). 0 and a report if it is none.</summary>
    internal static nuint SizeOf(ThreadState* self, in KmemCache of, nuint address, ulong frame)
    {
        DebugCall call = new(self, frame);
        DebugCache cache = DebugCache.Of(of);
        if (!cache.IsObject(address))
        {
            BugReport.InvalidPointer(cache, address, call);
            Report.AbortIfWanted();
            return 0;
        }
        ref SharedWord state = ref cache.EntryOf(address)->State;
        ulong generation = Arena.StateOf(Arena.BlockOf(address)).Generation;
        DebugWord seen = new(state.Load());
        while (seen.KindIn(generation) == DebugWord.KindLive && seen.Size != cache.ObjectSize)
        {
            DebugWord all = seen.To(DebugWord.KindLive, cache.ObjectSize, generation);
            if (state.TryReplace(seen.Value, all.Value)) break;
            seen = new(state.Load());
        }
        return cache.ObjectSize;
    }

    /// <summary>From Live to Busy. 0: it is not live.</summary>
    private static DebugWord Begin(DebugEntry* entry, nuint address)
    {
        ulong generation = Arena.StateOf(Arena.BlockOf(address)).Generation;
        while (true)
        {
            DebugWord seen = new(entry->State.Load());
            if (seen.KindIn(generation) != DebugWord.KindLive) return default;
            DebugWord busy = seen.To(DebugWord.KindBusy);
            if (entry->State.TryReplace(seen.Value, busy.Value)) return busy;
        }
    }

    private static void Refuse(in DebugCache cache, nuint address)
    {
        BugReport.FixNotFreed(cache, address);
        Report.AbortIfWanted();
    }
}
