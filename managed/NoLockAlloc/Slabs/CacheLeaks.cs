// SPDX-License-Identifier: MIT
// Which objects of a dead cache the program has not freed. Those that other threads keep in their arrays,
// that wait in the barn or that a handler has deferred are free, though their bits are set: their places are
// read, not touched. Nobody uses a dead cache, so nothing moves while we look, but for frees that were
// deferred and that an interrupted call of another thread is about to do: those are waited for, a bounded
// time.

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class CacheLeaks
{
    private const int YieldsAtMost = 1000;

    /// <summary>Normal context.</summary>
    internal static void AwaitDeferred(int number)
    {
        for (int i = 0; i < YieldsAtMost && IsMoving(number); i++) Os.Yield();
    }

    /// <summary>The first object from the address on that the program has; 0: none. A thread may empty its
    /// cell while we look, a handler too, and then even the number may live again: dead is the state in which
    /// it does not.</summary>
    internal static nuint FindFrom(nuint address, int number, CacheState dead)
    {
        KmemCache cache = KmemCache.Of(number);
        nuint high = (nuint)Arena.Header->HighBlock.Load();
        nuint block = address == 0 ? Arena.Header->First : Arena.BlockOf(address);
        for (; block < high; block = Nodes.After(block), address = 0)
        {
            if (!Arena.StateOf(block).IsSlabOf(cache.Cell)) continue;
            for (nuint i = 0; i < cache.Objects; i++)
            {
                nuint found = cache.AddressOf(block, i);
                if (found < address || !IsTaken(block, i) || IsCached(found, number)) continue;
                if (CacheDescriptor.StateOf(number).Value != dead.Value) return 0;
                if (IsTaken(block, i)) return found;
            }
        }
        return 0;
    }

    private static bool IsTaken(nuint block, nuint index) =>
        (Arena.ObjectWords(block)[index / ObjectWord.Objects].Load() >>
            (int)(index % ObjectWord.Objects) & 1) != 0;

    private static bool IsCached(nuint address, int number)
    {
        ulong high = Arena.Header->HighThread.Load();
        for (ulong id = 1; id <= high; id++)
        {
            KmemCacheThread* cell = ThreadState.Cell(ThreadState.Of(id), number);
            if (cell->IsPrepared && IsIn(cell, address)) return true;
            if (Preemption.HasIrqWork && IrqWork.IsQueued(ThreadState.Of(id), address)) return true;
        }
        return Barn.Contains(number, address);
    }

    private static bool IsIn(KmemCacheThread* cell, nuint address)
    {
        ulong head = cell->Head.Get();
        for (ulong i = 0; (long)head > 0 && i < head; i++)
        {
            if (KmemCacheThread.Object(cell, i).Get() == address) return true;
        }
        for (int i = 0; i < KmemCacheThread.DeferSlots; i++)
        {
            if (KmemCacheThread.Defer(cell, i).Load() == address) return true;
        }
        return false;
    }

    private static bool IsMoving(int number)
    {
        ulong high = Arena.Header->HighThread.Load();
        for (ulong id = 1; id <= high; id++)
        {
            KmemCacheThread* cell = ThreadState.Cell(ThreadState.Of(id), number);
            if (cell->IsPrepared && cell->DeferPending.Load() != 0) return true;
        }
        return false;
    }
}
