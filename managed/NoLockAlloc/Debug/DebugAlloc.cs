// SPDX-License-Identifier: MIT
// An object of a debug cache (alloc_debug_processing, mm/slub.c): taken from its slab past all arrays,
// checked for what was written to it since it was freed, its zones filled, its owner noted. Any context;
// nothing here waits, and the loop goes round only past an object that it has taken out of circulation for
// ever.

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Debug;

internal static unsafe class DebugAlloc
{
    /// <summary>size bytes, at most the object's. 0: memory is exhausted.</summary>
    internal static nuint Take(
        ThreadState* self, in KmemCache of, nuint size, bool isZeroed, ulong frame, int wish = Nodes.Any)
    {
        DebugCall call = new(self, frame);
        DebugCache cache = DebugCache.Of(of);
        while (true)
        {
            nuint slot = SlabAlloc.Take(self, of.Bucket, 0, frame, wish);
            if (slot == 0) return 0;
            nuint address = slot + cache.Left;
            DebugEntry* entry = cache.EntryOf(address);
            DebugWord busy = Begin(cache, entry, address, size, call);
            if (busy.Value == 0) continue;

            if (cache.Has(SlubDebug.StoreUser)) Track.Set(&entry->Allocated, call);
            else Track.Clear(&entry->Allocated);
            Zone.FillAll(cache, address, size, isLive: true);
            if (cache.IsConstructed) Construct(cache, of, slot, size, call);
            if (isZeroed) Os.Fill((void*)address, 0, cache.Has(SlubDebug.RedZone) ? size : cache.ObjectSize);
            entry->State.Store(busy.To(DebugWord.KindLive).Value);
            if (cache.Has(SlubDebug.Trace)) Trace.Print(cache, address, isAlloc: true, frame);
            return address;
        }
    }

    /// <summary>The caller has taken the object's bit: make it Busy. 0: it had been written to, and is out of
    /// circulation.</summary>
    private static DebugWord Begin(
        in DebugCache cache, DebugEntry* entry, nuint address, nuint size, in DebugCall call)
    {
        ulong generation = Arena.StateOf(Arena.BlockOf(address)).Generation;
        DebugWord before = new(entry->State.Load());
        DebugWord busy = before.To(DebugWord.KindBusy, size, generation);
        bool isBusy = entry->State.TryReplace(before.Value, busy.Value);
        Bug.On(!isBusy);
        if (before.KindIn(generation) != DebugWord.KindFree)
        {
            Track.Clear(&entry->Freed);
            return busy;
        }
        nuint errors = ObjectCheck.CountErrors(cache, address, 0, isLive: false, restore: true, call);
        if (errors == 0) return busy;
        BugReport.FixNotUsed(cache, address);
        entry->State.Store(busy.To(DebugWord.KindLost).Value);
        Report.AbortIfWanted();
        return default;
    }

    /// <summary>By the program's constructor, if it is not yet. What that wrote over the zones, which are
    /// there, is put right.</summary>
    private static void Construct(
        in DebugCache cache, in KmemCache of, nuint slot, nuint size, in DebugCall call)
    {
        nuint address = slot + cache.Left;
        Constructor.Ensure(slot, address, of);
        nuint errors = ObjectCheck.CountErrors(cache, address, size, isLive: true, restore: true, call);
        if (errors != 0) Report.AbortIfWanted();
    }
}
