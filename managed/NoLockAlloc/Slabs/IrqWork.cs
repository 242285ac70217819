// SPDX-License-Identifier: MIT
// struct defer_free and its irq_work (mm/slub.c), for frees that are deferred whether or not anybody is
// inside the cell: with slub_tiny all, with preempt_rt those of declared interrupts. A list a thread, out of
// band, in its block. The kernel's irq_work runs as soon as the CPU can take an interrupt again; here the
// thread's next call that is in no declared interrupt does it (allocation, free, drain, trim), or its end,
// or who gets its block then. When the list is full an object goes to its slab at once: that needs no lock.
//
// STATE       Slots words of a thread block: an address or 0. IrqWorkHint: which may be full.
// WRITERS     this thread and its handlers, by compare-exchange, both ways.
// TRANSITIONS slot, then word; slots, then word, if it is what it was before the first was looked at. A slot
//             whose filler was abandoned in between waits for the next that is filled.
// ORDER       program order, one thread; the next owner of the block comes after ThreadWord's exchange.
// INVARIANTS  an object is in at most one slot: a second free of it is seen here.
// REENTRY     a handler may queue, and run the queue, in the middle of either. An abandoned call leaves slots
//             as they are, and loses the one object in hand.
// CHECKED BY  IrqWorkTests; SlubTinyTest, PreemptRtTest (native)

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class IrqWork
{
    internal const int Slots = 64;

    /// <summary>False: the list is full. isQueued: the object is on it already.</summary>
    internal static bool TryQueue(
        ThreadState* self, KmemCacheThread* cell, nuint address, out bool isQueued)
    {
        isQueued = IsQueued(self, address);
        if (isQueued) return false;
        for (int i = 0; i < Slots; i++)
        {
            ref SharedWord slot = ref Slot(self, i);
            if (slot.Load() != 0 || !slot.TryReplace(0, address)) continue;
            Hooks.At(Hooks.Defer);
            Announce(self, i);
            cell->Deferred.Count();
            return true;
        }
        return false;
    }

    /// <summary>Do what is queued, if this is no interrupt. Returns how many frees were done.</summary>
    internal static nuint Run(ThreadState* self, ulong frame) =>
        Preemption.HasIrqWork && Preemption.RunsIrqWork ? Run(self, WordOf(self).End, frame) : 0;

    /// <summary>The same in any case: the thread is at its end.</summary>
    internal static nuint RunAll(ThreadState* self, ulong frame) =>
        Preemption.HasIrqWork ? Run(self, Slots, frame) : 0;

    private static nuint Run(ThreadState* self, int end, ulong frame)
    {
        IrqWorkWord before = WordOf(self);
        if (end == 0) return 0;
        nuint done = 0;
        for (int i = 0; i < end; i++)
        {
            ref SharedWord slot = ref Slot(self, i);
            ulong address = slot.Load();
            if (address == 0 || !slot.TryReplace(address, 0)) continue;
            Free(self, (nuint)address, frame);
            done++;
        }
        if (before.End <= end) self->IrqWorkHint.TryReplace(before.Value, before.Done().Value);
        return done;
    }

    /// <summary>By way of the cell, where an empty slab is released as well; past it if an interrupted call
    /// is inside, or one that is abandoned and cannot be told from that.</summary>
    private static void Free(ThreadState* self, nuint address, ulong frame)
    {
        Hooks.At(Hooks.Drain);
        KmemCache cache = Slab.CacheAt(address);
        bool isObject = cache.Bucket != 0 && cache.IsStart(address);
        KmemCacheThread* cell = isObject ? ThreadState.UsableCell(self, cache.Bucket, frame) : null;
        if (cell != null && CellGuard.TryEnter(cell, frame))
        {
            SlabFree.PutLocked(cell, address); // first: one object in hand at a time
            CellGuard.Leave(cell, frame);
            return;
        }
        bool isFreed = isObject && (cell == null
            ? SlabFree.TryFreeDirect(cache, address) // its cache has been destroyed
            : SlabFree.TryFreePast(cell, cache, address));
        if (!isFreed) Report.Bad(Report.IsFree, address, 0);
    }

    /// <summary>Whether the object waits in that block's list.</summary>
    internal static bool IsQueued(ThreadState* self, nuint address)
    {
        int end = WordOf(self).End;
        for (int i = 0; i < end; i++)
        {
            if (Slot(self, i).Load() == address) return true;
        }
        return false;
    }

    /// <summary>Goes round only if a handler has done the same.</summary>
    private static void Announce(ThreadState* self, int slot)
    {
        IrqWorkWord word;
        do word = WordOf(self);
        while (!self->IrqWorkHint.TryReplace(word.Value, word.Filled(slot).Value));
    }

    private static IrqWorkWord WordOf(ThreadState* self) => new(self->IrqWorkHint.Load());

    private static ref SharedWord Slot(ThreadState* self, int index) => ref (&self->FirstIrqWork)[index];
}
