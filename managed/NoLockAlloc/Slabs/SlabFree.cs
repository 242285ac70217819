// SPDX-License-Identifier: MIT
// __slab_free (mm/slub.c): where an object goes when the array is full or may not be used.

using NoLockAlloc.Pages;

namespace NoLockAlloc.Slabs;

internal static unsafe class SlabFree
{
    /// <summary>Free by way of the cell, or by deferral if an interrupted call is inside, or past both. The
    /// address is the start of an object. False: the object is free already.</summary>
    internal static bool TryFree(ThreadState* self, in KmemCache cache, nuint address, ulong frame)
    {
        if (self != null)
        {
            KmemCacheThread* cell = ThreadState.Cell(self, cache.Bucket);
            if (CellGuard.TryEnter(cell, frame))
            {
                DeferFree.Drain(cell);
                bool isFreed = TryPutLocked(cell, address);
                CellGuard.Leave(cell, frame);
                return isFreed;
            }
            if (DeferFree.TryDefer(cell, address)) return true;
        }
        if (!Slab.TryGiveBack(address, cache, null)) return false;
        Barn.Counter(cache.Bucket, Barn.FreeDirect).Add(1);
        return true;
    }

    /// <summary>Put a deferred object into the array. Caller holds the lock.</summary>
    internal static void PutLocked(KmemCacheThread* cell, nuint address)
    {
        if (IsTop(cell, address))
        {
            Report.Bad(Report.IsFree, address, 0);
            return;
        }
        MakeRoom(cell);
        KmemCacheThread.Push(cell, address);
        cell->Drained.Count();
    }

    /// <summary>Give the top of the array back to the slabs until only so many objects are left. Caller
    /// holds the lock. One object at a time: an abandoned call loses the one in hand.</summary>
    internal static void Flush(KmemCacheThread* cell, ulong keep)
    {
        KmemCache cache = cell->Cache;
        while (cell->Head.Get() > keep)
        {
            nuint address = KmemCacheThread.Pop(cell);
            if (!Slab.TryGiveBack(address, cache, cell)) Report.Bad(Report.IsFree, address, 0);
            cell->Flushed.Count();
        }
    }

    private static bool TryPutLocked(KmemCacheThread* cell, nuint address)
    {
        if (IsTop(cell, address)) return false;
        bool isFull = cell->Head.Get() == cell->Capacity;
        MakeRoom(cell);
        KmemCacheThread.Push(cell, address);
        if (isFull) cell->SlowFrees.Count();
        else cell->FastFrees.Count();
        return true;
    }

    private static void MakeRoom(KmemCacheThread* cell)
    {
        if (cell->Head.Get() < cell->Capacity || Barn.TryPut(cell)) return;
        Flush(cell, cell->Capacity - cell->Cache.Batch);
    }

    private static bool IsTop(KmemCacheThread* cell, nuint address)
    {
        ulong head = cell->Head.Get();
        return head != 0 && KmemCacheThread.Object(cell, head - 1).Get() == address;
    }
}
