// SPDX-License-Identifier: MIT
// Wrong ways with the words of a slab and the places of a barn.

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;

namespace NoLockAlloc.Tests.Interleavings.Controls;

internal static unsafe class WrongWords
{
    private static ref SharedWord FirstWord => ref *Arena.ObjectWords(Arena.Header->First);

    /// <summary>What others take and give back in between is undone.</summary>
    internal static void GiveBackByStore(Scene s)
    {
        nuint address = s.Ledger.Any(s.Size);
        ulong bit = 1UL << (int)s.Cache.IndexOf(address);
        s.Ledger.Give(s.Thread, address, _ =>
        {
            FirstWord.Store(FirstWord.Load() & ~bit);
            PartialList.AfterGiveBack(Arena.Header->First);
            return 1;
        });
    }

    internal static void TakeByStore(Scene s) => s.Ledger.Take(s.Thread, s.Size, _ =>
    {
        ulong seen = FirstWord.Load();
        ulong bit = ObjectWord.LowestOf(ObjectWord.FreeBits(seen, ObjectWord.Valid(0, s.Cache.Objects)));
        FirstWord.Store(seen | bit);
        return s.Cache.AddressOf(Arena.Header->First, ObjectWord.IndexOf(bit));
    });

    /// <summary>The slab may have begun anew as another bucket's.</summary>
    internal static void TakeWithoutALook(Scene s) => s.Ledger.Take(s.Thread, s.Size, _ =>
    {
        if (!Arena.StateOf(Arena.Header->First).IsSlabOf(s.Cache.Cell)) return 0;
        ulong seen = FirstWord.Load();
        ulong bit = ObjectWord.LowestOf(ObjectWord.FreeBits(seen, ObjectWord.Valid(0, s.Cache.Objects)));
        bool taken = bit != 0 && FirstWord.TryReplace(seen, seen | bit);
        return taken ? s.Cache.AddressOf(Arena.Header->First, ObjectWord.IndexOf(bit)) : 0;
    });

    /// <summary>The place may have been emptied and filled with other objects.</summary>
    internal static void TakeFromBarnWithoutGeneration(Scene s) => s.Ledger.Take(s.Thread, s.Size, _ =>
    {
        ref SharedWord place = ref Barn.Place(s.Cache.Bucket, 0);
        BarnSlot slot = new(place.Load());
        if (slot.Kind != BarnSlot.KindFull) return 0;
        nuint address = (nuint)(&Barn.Of(s.Cache.Bucket)->FirstObject)[slot.Count - 1].Get();
        BarnSlot now = new(place.Load());
        bool isSame = now.Kind == slot.Kind && now.Count == slot.Count;
        return isSame && place.TryReplace(now.Value, now.ToFull(now.Count - 1).Value) ? address : 0;
    });

    /// <summary>Two movers may fill the same place.</summary>
    internal static void PutByStore(Scene s) => Acts.InCell(s, s.Thread, cell =>
    {
        ref SharedWord place = ref Barn.Place(cell->Bucket, 0);
        BarnSlot slot = new(place.Load());
        if (slot.Kind != BarnSlot.KindEmpty) return;
        place.Store(slot.ToFilling(cell->Owner).Value);
        ulong batch = cell->Cache.Batch;
        ulong left = cell->Head.Get() - batch;
        LocalWord* objects = &Barn.Of(cell->Bucket)->FirstObject;
        for (ulong n = 0; n < batch; n++) objects[n].Set(KmemCacheThread.Object(cell, left + n).Get());
        place.Store(slot.ToFilling(cell->Owner).ToFull(batch).Value);
        cell->Head.Set(left);
    });

    /// <summary>Only a handler of the same thread can come to grief.</summary>
    internal static void PopWithoutLock(Scene s) => s.Ledger.Take(s.Thread, s.Size, _ =>
    {
        KmemCacheThread* cell = s.Thread.CellFor(s.Size);
        ulong left = cell->Head.Get() - 1;
        ulong address = KmemCacheThread.Object(cell, left).Get();
        cell->Head.Set(left);
        return (nuint)address;
    });

    /// <summary>Whoever holds it may stand still for ever.</summary>
    internal static void WithSpinLock(Scene s, FakeThread thread) => thread.Run(_ =>
    {
        ref SharedWord spare = ref Barn.Counter(0, 0);
        while (!spare.TryReplace(0, 1)) continue;
        spare.Store(0);
        return 0;
    });
}
