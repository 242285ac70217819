// SPDX-License-Identifier: MIT
// What is left of destroyed caches: objects in threads' arrays and in the barn, and slabs. Nobody can reach
// into the array of another thread that runs, so each thread empties its own cells: at its next slow path
// after a cache has died. The cells of blocks that nobody owns are emptied by visitors (kmem_cache_destroy,
// Reclaim). A number is used again when nothing of its dead cache is left (CacheState).

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class DyingCaches
{
    /// <summary>Empty the block's cells of dead caches. Any context. A cell that an interrupted call is
    /// inside is left for the next time.</summary>
    internal static void Empty(ThreadState* self, ulong frame)
    {
        ulong deaths = Arena.Header->CacheDeaths.Load();
        bool isDone = true;
        for (int number = Sizes.FirstExtra; number <= KmemCache.Last; number = KmemCache.After(number))
        {
            if (!CacheDescriptor.StateOf(number).IsDying) continue;
            KmemCacheThread* cell = ThreadState.Cell(self, number);
            if (cell->IsPrepared) isDone &= TryEmpty(cell, number, frame);
        }
        if (isDone) self->SeenDeaths.Set(deaths);
    }

    /// <summary>Release what empty slabs the dead cache has left, by way of the block's cell, which is there
    /// only meanwhile.</summary>
    internal static void Sweep(ThreadState* self, int number, ulong frame)
    {
        KmemCacheThread* cell = ThreadState.Cell(self, number);
        if (!HasSlab(number) && !cell->IsPrepared) return;
        if (!CellGuard.TryEnter(cell, frame)) return;
        bool wasPrepared = cell->IsPrepared;
        if (!wasPrepared)
        {
            cell->Drainer.Set(0);
            KmemCacheThread.Prepare(cell, self->Id, KmemCache.Of(number));
        }
        if (IsSurelyDying(number)) EmptyLocked(cell);
        else if (!wasPrepared) KmemCacheThread.Unprepare(cell);
        CellGuard.Leave(cell, frame);
    }

    /// <summary>Nothing is left of it: no slab, and no cell in any thread block.</summary>
    internal static bool IsGone(int number)
    {
        ulong high = Arena.Header->HighThread.Load();
        for (ulong id = 1; id <= high; id++)
        {
            if (ThreadState.Cell(ThreadState.Of(id), number)->IsPrepared) return false;
        }
        return !HasSlab(number);
    }

    internal static bool HasSlab(int number)
    {
        ulong cell = KmemCache.Of(number).Cell;
        nuint high = (nuint)Arena.Header->HighBlock.Load();
        for (nuint block = Arena.Header->First; block < high; block = Nodes.After(block))
        {
            if (Arena.StateOf(block).IsSlabOf(cell)) return true;
        }
        return false;
    }

    /// <summary>A handler may have emptied the cell before we had the lock, and used it for the number's next
    /// cache.</summary>
    private static bool TryEmpty(KmemCacheThread* cell, int number, ulong frame)
    {
        if (!CellGuard.TryEnter(cell, frame)) return false;
        if (cell->IsPrepared && IsSurelyDying(number)) EmptyLocked(cell);
        CellGuard.Leave(cell, frame);
        return true;
    }

    /// <summary>A full fence between the cell, which is prepared, and the look at the state. Who claims a
    /// number exchanges first and looks for cells then (CacheLife), so at least one sees the other.</summary>
    private static bool IsSurelyDying(int number)
    {
        CacheState state = CacheDescriptor.StateOf(number);
        return state.IsDying && CacheDescriptor.Of(number)->State.TryReplace(state.Value, state.Value);
    }

    /// <summary>Caller holds the lock. Nobody defers frees to the cell any more.</summary>
    private static void EmptyLocked(KmemCacheThread* cell)
    {
        cell->Drainer.Set(0);
        ReturnDeferred(cell);
        ReturnArray(cell);
        while (cell->Capacity != 0 && Barn.TryGet(cell)) ReturnArray(cell);
        if (cell->Slab.Get() != 0) PartialList.Unclaim(cell);
        Reclaim.Sweep(cell);
        KmemCacheThread.Unprepare(cell);
    }

    private static void ReturnDeferred(KmemCacheThread* cell)
    {
        for (int i = 0; i < KmemCacheThread.DeferSlots; i++)
        {
            ulong address = KmemCacheThread.Defer(cell, i).Load();
            if (address == 0) continue;
            Return((nuint)address, cell->Cache);
            KmemCacheThread.Defer(cell, i).Store(0);
            cell->Drained.Count();
        }
        cell->DeferPending.Store(0);
    }

    private static void ReturnArray(KmemCacheThread* cell)
    {
        for (ulong head = cell->Head.Get(); head != 0; head--)
        {
            Return((nuint)KmemCacheThread.Object(cell, head - 1).Get(), cell->Cache);
            cell->Head.Set(head - 1);
        }
    }

    /// <summary>Give it back first, take it out of its place then: nobody can take it, so a call that is
    /// abandoned in between loses nothing, and the next one finds it free, or its slab gone.</summary>
    private static void Return(nuint address, in KmemCache cache)
    {
        bool isSlab = Arena.StateOf(Arena.BlockOf(address)).IsSlabOf(cache.Cell);
        if (isSlab) Slab.TryGiveBack(address, cache, null);
    }
}
