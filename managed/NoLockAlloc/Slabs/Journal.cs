// SPDX-License-Identifier: MIT
// What a cell is about to do with a whole batch or slab, written down first, so that whoever finds the
// cell after the call was abandoned can tell how far it came, finish or undo it, and lose nothing.
//
// STATE       JournalKind, JournalPlace, JournalValue, JournalCounter, Claim and Head = Pending of a cell.
// WRITERS     the holder of the cell's lock.
// TRANSITIONS None -> Refill | Get | Put (fields first, kind last) -> Head = Pending -> the exchange on
//             the shared word -> the pointers -> Head = n: done -> shared word tidied -> None.
//             Put -> Putting when the place is ours, so that "not begun" and "over" differ.
// ORDER       program order for the cell; the shared words' exchanges are full fences.
// INVARIANTS  (1) Head is Pending exactly while neither side alone owns the batch.
//             (2) The exchange marks the shared word as ours: ObjectWord.Taken of a claimed slab, or our
//                 number in the barn's place, or as owner of a block. Nobody else sets or clears such a
//                 mark, so it proves whether our exchange took place.
// REENTRY     Settle itself may be abandoned: each step keeps (1) and (2).
// CHECKED BY  JournalTests; AbandonmentTest (native)

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class Journal
{
    private const ulong None = 0;
    private const ulong Refill = 1;
    private const ulong Get = 2;
    private const ulong Put = 3;
    private const ulong Putting = 4;

    /// <summary>A batch of objects, bits of one word of cell->Slab, comes into the empty array.</summary>
    internal static void BeginRefill(KmemCacheThread* cell, nuint word, ulong batch) =>
        Begin(cell, Refill, word, batch, cell->Refilled.Get() + ObjectWord.CountOf(batch));

    internal static void CommitRefill(KmemCacheThread* cell, ulong count)
    {
        Bug.On(count == 0 || count > cell->Cache.Batch);
        cell->Head.Set(count);
        cell->Refilled.Set(cell->JournalCounter.Get());
    }

    /// <summary>The batch in a place of the barn comes into the empty array.</summary>
    internal static void BeginGet(KmemCacheThread* cell, nuint place, ulong count) =>
        Begin(cell, Get, place, count, cell->BarnObjectsIn.Get() + count);

    internal static void CommitGet(KmemCacheThread* cell, ulong count)
    {
        cell->Head.Set(count);
        cell->BarnObjectsIn.Set(cell->JournalCounter.Get());
        cell->BarnGets.Count();
    }

    /// <summary>A batch from the top of the array goes into an empty place of the barn.</summary>
    internal static void BeginPut(KmemCacheThread* cell, nuint place, ulong head) =>
        Begin(cell, Put, place, head, cell->BarnObjectsOut.Get() + cell->Cache.Batch);

    internal static void PlaceIsOurs(KmemCacheThread* cell) => cell->JournalKind.Set(Putting);

    internal static void CommitPut(KmemCacheThread* cell, ulong head, ulong count)
    {
        cell->Head.Set(head - count);
        cell->BarnObjectsOut.Set(cell->JournalCounter.Get());
        cell->BarnPuts.Count();
    }

    internal static void End(KmemCacheThread* cell) => cell->JournalKind.Set(None);

    /// <summary>The exchange was not made.</summary>
    internal static void Cancel(KmemCacheThread* cell, ulong head)
    {
        cell->Head.Set(head);
        cell->JournalKind.Set(None);
    }

    /// <summary>Put in order what an abandoned call left. Caller holds the lock.</summary>
    internal static void Settle(KmemCacheThread* cell)
    {
        switch (cell->JournalKind.Get())
        {
            case Refill: SettleRefill(cell); break;
            case Get: SettleGet(cell); break;
            case Put or Putting: SettlePut(cell); break;
            default: break;
        }
        if ((long)cell->Head.Get() < 0) cell->Head.Set(0);
        cell->JournalKind.Set(None);
        if (cell->Claim.Block != 0) SettleClaim(cell);
    }

    private static void Begin(
        KmemCacheThread* cell, ulong kind, nuint place, ulong value, ulong counter)
    {
        Bug.On(cell->Lock.IsFree);
        cell->JournalKind.Set(None);
        cell->JournalPlace.Set(place);
        cell->JournalValue.Set(value);
        cell->JournalCounter.Set(counter);
        cell->JournalKind.Set(kind);
        cell->Head.Set(KmemCacheThread.Pending);
    }

    private static bool IsPending(KmemCacheThread* cell) => (long)cell->Head.Get() < 0;

    private static void SettleRefill(KmemCacheThread* cell)
    {
        nuint block = (nuint)cell->Slab.Get();
        if (block == 0 || !Arena.StateOf(block).IsClaimedBy(cell->Owner, cell->Cache.Cell)) return;

        ref SharedWord word = ref Arena.ObjectWords(block)[(nuint)cell->JournalPlace.Get()];
        if ((word.Load() & ObjectWord.Taken) == 0) return;
        if (!IsPending(cell)) cell->Refilled.Set(cell->JournalCounter.Get());
        word.Clear(IsPending(cell) ? cell->JournalValue.Get() | ObjectWord.Taken : ObjectWord.Taken);
    }

    private static void SettleGet(KmemCacheThread* cell)
    {
        ref SharedWord place = ref Barn.Place(cell->Bucket, (nuint)cell->JournalPlace.Get());
        BarnSlot slot = new(place.Load());
        if (!slot.IsOf(BarnSlot.KindDraining, cell->Owner)) return;
        if (!IsPending(cell)) cell->BarnObjectsIn.Set(cell->JournalCounter.Get());
        place.Store((IsPending(cell) ? slot.ToFull(slot.Count) : slot.ToEmpty()).Value);
    }

    private static void SettlePut(KmemCacheThread* cell)
    {
        if (!IsPending(cell))
        {
            if (cell->JournalKind.Get() == Putting) cell->BarnObjectsOut.Set(cell->JournalCounter.Get());
            return;
        }
        ref SharedWord place = ref Barn.Place(cell->Bucket, (nuint)cell->JournalPlace.Get());
        BarnSlot slot = new(place.Load());
        ulong head = cell->JournalValue.Get();
        if (slot.IsOf(BarnSlot.KindFilling, cell->Owner))
        {
            cell->JournalKind.Set(Put);
            place.Store(slot.ToEmpty().Value);
        }
        else if (cell->JournalKind.Get() == Putting)
        {
            CommitPut(cell, head, cell->Cache.Batch);
            return;
        }
        cell->Head.Set(head);
    }

    private static void SettleClaim(KmemCacheThread* cell)
    {
        nuint block = cell->Claim.Block;
        BlockState claimed = cell->Claim.As;
        ulong state = Arena.StateOf(block).Value;
        if (state == claimed.Value && claimed.Kind == BlockState.KindSlab)
        {
            if (cell->Slab.Get() != block) SlabRelease.Undo(cell, block);
        }
        else if (state == claimed.Value || state == claimed.ToReleasing(cell->Owner).Value)
        {
            SlabRelease.Finish(cell->Cache, block);
        }
        cell->Claim.End();
    }
}
