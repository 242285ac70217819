// SPDX-License-Identifier: MIT
// __slab_free (mm/slub.c): where an object goes when the array is full or may not be used.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class SlabFree
{
    /// <summary>Free by way of the cell, or by deferral if an interrupted slow path is inside, or past both.
    /// The address is the start of an object. False: the object is free already.</summary>
    internal static bool TryFree(
        ThreadState* self, in KmemCache cache, nuint address, ulong frame, bool isNolock = true)
    {
        if (Preemption.DefersFrees(isNolock)) return TryFreeLater(self, cache, address, frame);
        KmemCacheThread* cell = self != null ? ThreadState.UsableCell(self, cache.Bucket, frame) : null;
        if (cell != null)
        {
            if (CellGuard.TryEnter(cell, frame))
            {
                Hooks.At(Hooks.FreeLocked);
                bool isFreed = TryPutLocked(cell, address); // first: one object in hand at a time
                CellGuard.Leave(cell, frame);
                return isFreed;
            }
            if (DeferFree.TryDefer(cell, address)) return true;
        }
        return TryFreeDirect(cache, address);
    }

    /// <summary>Leave the free to irq_work. Nobody to leave it to, or too much to do: past the cells.
    /// </summary>
    private static bool TryFreeLater(ThreadState* self, in KmemCache cache, nuint address, ulong frame)
    {
        bool isQueued = false;
        KmemCacheThread* cell = self != null ? ThreadState.UsableCell(self, cache.Bucket, frame) : null;
        if (cell != null && IrqWork.TryQueue(self, cell, address, out isQueued)) return true;
        return !isQueued && TryFreeDirect(cache, address);
    }

    /// <summary>Past the cell, by single exchanges. False: the object is free already.</summary>
    internal static bool TryFreeDirect(in KmemCache cache, nuint address)
    {
        if (!Slab.TryGiveBack(address, cache, null)) return false;
        Barn.Counter(cache.Bucket, Barn.FreeDirect).Add(1);
        return true;
    }

    /// <summary>The same of a deferred object, which is counted in its cell.</summary>
    internal static bool TryFreePast(KmemCacheThread* cell, in KmemCache cache, nuint address)
    {
        if (!Slab.TryGiveBack(address, cache, null)) return false;
        cell->Flushed.Count();
        cell->Drained.Count();
        return true;
    }

    /// <summary>Put a deferred object into the array. Caller holds the lock.</summary>
    internal static void PutLocked(KmemCacheThread* cell, nuint address)
    {
        if (TryPush(cell, address)) cell->Drained.Count();
        else Report.Bad(Report.IsFree, address, 0);
    }

    /// <summary>Give the top of the array back to the slabs until only so many objects are left. Caller
    /// holds the lock. One object at a time: an abandoned call loses the one in hand.</summary>
    internal static void Flush(KmemCacheThread* cell, ulong keep)
    {
        while (cell->Head.Get() > keep) GiveBack(cell, KmemCacheThread.Pop(cell));
    }

    private static bool TryPutLocked(KmemCacheThread* cell, nuint address)
    {
        bool isFull = cell->Head.Get() == cell->Capacity;
        if (!TryPush(cell, address)) return false;
        if (!isFull)
        {
            cell->Head.CountFree();
            return true;
        }
        cell->SlowFrees.Count();
        IdleMemory.Look(cell, cell->SlowFrees.Get());
        return true;
    }

    /// <summary>Put the object into the array. False: it is on top already. Where array and barn are both
    /// full, half the array goes to the slabs, and the object first takes the place of the one that would be
    /// on top after that, by one store: at each moment one object only is in hand, and in the end this one is
    /// on top.</summary>
    internal static bool TryPush(KmemCacheThread* cell, nuint address)
    {
        if (IsTop(cell, address)) return false;
        if (cell->Capacity == 0 || !HomeNode.Takes(cell, address)) return TryReturn(cell, address);
        if (cell->Head.Get() < cell->Capacity || Barn.TryPut(cell))
        {
            KmemCacheThread.Push(cell, address);
            return true;
        }
        ulong kept = cell->Capacity - cell->Cache.Batch;
        ref LocalWord last = ref KmemCacheThread.Object(cell, kept - 1);
        nuint displaced = (nuint)last.Get();
        last.Set(address);
        GiveBack(cell, displaced);
        Flush(cell, kept);
        return true;
    }

    private static void GiveBack(KmemCacheThread* cell, nuint address)
    {
        Hooks.At(Hooks.Flush);
        bool isReturned = Slab.TryGiveBack(address, cell->Cache, cell);
        cell->Flushed.Count(); // in any case: it is in the array no more
        if (!isReturned) Report.Bad(Report.IsFree, address, 0);
    }

    /// <summary>What the array would not take: as if it came and went. False: the object is free already.
    /// </summary>
    private static bool TryReturn(KmemCacheThread* cell, nuint address)
    {
        if (!Slab.TryGiveBack(address, cell->Cache, cell)) return false;
        cell->Flushed.Count();
        return true;
    }

    private static bool IsTop(KmemCacheThread* cell, nuint address)
    {
        ulong head = cell->Head.Get();
        return head != 0 && KmemCacheThread.Object(cell, head - 1).Get() == address;
    }
}
