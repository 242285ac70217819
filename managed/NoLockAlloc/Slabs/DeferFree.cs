// SPDX-License-Identifier: MIT
// defer_free and its irq_work (mm/slub.c): a handler that frees while its thread is inside the same bucket
// leaves the object to the interrupted call, which frees it as it releases the lock. The kernel keeps a
// list through the objects; here a few slots lie out of band, so that a free never touches the object and
// a program that writes to a freed one cannot break the list. When the slots are full, or the interrupted
// call is on a fast path, which has no time to look at them, the handler gives the object back to its slab:
// that needs no lock.
//
// STATE       DeferSlots words of a cell: an address or 0. DeferPending: not 0 if some slot may be full.
// WRITERS     slots: 0 -> address by handlers, by compare-exchange (a handler may interrupt another);
//             address -> 0 by the holder of the lock. DeferPending: one more by handlers; to 0 by the
//             holder, by compare-exchange from what it was before the holder looked at the slots.
// TRANSITIONS defer: slot, then DeferPending. Drain: the slots, then DeferPending, until its exchange
//             succeeds; so it is not 0 for as long as a slot is full, also where a drain is abandoned.
// ORDER       program order, one thread.
// INVARIANTS  whoever puts its frame into Drainer looks at DeferPending after it has released the lock, and
//             nothing is deferred to anybody else; so nothing stays behind, unless that call is abandoned.
//             Then it waits for the next slow path. (So do at most DeferSlots objects after an abandoned
//             slow call whose lock a fast path overwrote, if a later fast path has the very same frame.)
// REENTRY     drain holds the lock: a handler in the middle defers again, and is seen by the next look.
// CHECKED BY  DeferFreeTests; ReentrancyTest (native)

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class DeferFree
{
    /// <summary>False: the lock's holder would not look, or the slots are full.</summary>
    internal static bool TryDefer(KmemCacheThread* cell, nuint address)
    {
        if (!cell->Lock.IsHeldBy(cell->Drainer.Get())) return false;
        for (int i = 0; i < KmemCacheThread.DeferSlots; i++)
        {
            ref SharedWord slot = ref KmemCacheThread.Defer(cell, i);
            if (slot.Load() != 0 || !slot.TryReplace(0, address)) continue;
            Hooks.At(Hooks.Defer);
            cell->DeferPending.Store(cell->DeferPending.Load() + 1);
            cell->Deferred.Count();
            return true;
        }
        return false;
    }

    /// <summary>Free what was deferred. Caller holds the lock. Returns how many. With always the slots are
    /// looked at even if none is announced: a handler may have been abandoned before it could.</summary>
    internal static nuint Drain(KmemCacheThread* cell, bool always = false)
    {
        nuint drained = 0;
        ulong pending = cell->DeferPending.Load();
        while (pending != 0 || always)
        {
            drained += DrainSlots(cell);
            if (cell->DeferPending.TryReplace(pending, 0)) break;
            pending = cell->DeferPending.Load();
        }
        return drained;
    }

    private static nuint DrainSlots(KmemCacheThread* cell)
    {
        nuint drained = 0;
        for (int i = 0; i < KmemCacheThread.DeferSlots; i++)
        {
            ref SharedWord slot = ref KmemCacheThread.Defer(cell, i);
            ulong address = slot.Load();
            if (address == 0) continue;
            slot.Store(0);
            Hooks.At(Hooks.Drain);
            SlabFree.PutLocked(cell, (nuint)address);
            drained++;
        }
        return drained;
    }
}
