// SPDX-License-Identifier: MIT
// Into a cell and out again, for every path that is not the fast one: the lock, what an abandoned call left,
// and the deferred frees of handlers that came by meanwhile (the kernel's local_unlock and the irq_work that
// runs after it).

namespace NoLockAlloc.Slabs;

internal static unsafe class CellGuard
{
    /// <summary>False: a call that this one interrupted is inside.</summary>
    internal static bool TryEnter(KmemCacheThread* cell, ulong frame)
    {
        cell->Head.SettleCarry();
        if (!cell->Lock.TryTake(frame, out bool wasAbandoned)) return false;
        LockChain.Acquired(cell, frame);
        cell->Drainer.Set(frame);
        if (wasAbandoned) cell->Recovered.Count();
        if (cell->HasUnsettled) Journal.Settle(cell);
        return true;
    }

    /// <summary>Returns how many deferred frees were done on the way out.</summary>
    internal static nuint Leave(KmemCacheThread* cell, ulong frame)
    {
        nuint drained = 0;
        Free(cell, frame);
        while (cell->DeferPending.Load() != 0 && TryEnter(cell, frame))
        {
            drained += DeferFree.Drain(cell);
            Free(cell, frame);
        }
        return drained;
    }

    /// <summary>Leave without a look at what was deferred.</summary>
    internal static void Free(KmemCacheThread* cell, ulong frame)
    {
        LockChain.Releasing(cell, frame);
        cell->Drainer.Set(0);
        cell->Lock.Free();
    }
}
