// SPDX-License-Identifier: MIT
// defer_free and its irq_work (mm/slub.c): a handler that frees while its thread is inside the same bucket
// leaves the object to the interrupted call, which frees it as it releases the lock. The kernel keeps a
// list through the objects; here a few slots lie out of band, so that a free never touches the object and
// a program that writes to a freed one cannot break the list. When the slots are full the handler gives the
// object back to its slab, which needs no lock.
//
// STATE       DeferSlots words of a cell: an address or 0. DeferPending: not 0 if some slot may be full.
// WRITERS     slots: 0 -> address by handlers, by compare-exchange (a handler may interrupt another);
//             address -> 0 by the holder of the lock. DeferPending: 1 by handlers, 0 by the holder.
// TRANSITIONS defer: slot, then DeferPending. Drain: DeferPending to 0, then the slots, until it stays 0.
// ORDER       program order, one thread.
// INVARIANTS  whoever releases the lock looks at DeferPending afterwards, so nothing stays behind.
// REENTRY     drain holds the lock: a handler in the middle defers again, and is seen by the next look.
// CHECKED BY  DeferFreeTests; ReentrancyTest (native)

using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class DeferFree
{
    internal static bool TryDefer(KmemCacheThread* cell, nuint address)
    {
        for (int i = 0; i < KmemCacheThread.DeferSlots; i++)
        {
            ref SharedWord slot = ref KmemCacheThread.Defer(cell, i);
            if (slot.Load() != 0 || !slot.TryReplace(0, address)) continue;
            cell->DeferPending.Set(1);
            cell->Deferred.Count();
            return true;
        }
        return false;
    }

    /// <summary>Free what was deferred. Caller holds the lock. Returns how many.</summary>
    internal static nuint Drain(KmemCacheThread* cell)
    {
        nuint drained = 0;
        while (cell->DeferPending.Get() != 0)
        {
            cell->DeferPending.Set(0);
            for (int i = 0; i < KmemCacheThread.DeferSlots; i++)
            {
                ref SharedWord slot = ref KmemCacheThread.Defer(cell, i);
                ulong address = slot.Load();
                if (address == 0) continue;
                slot.Store(0);
                SlabFree.PutLocked(cell, (nuint)address);
                drained++;
            }
        }
        return drained;
    }
}
