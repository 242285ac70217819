// SPDX-License-Identifier: MIT
// struct node_barn: batches of free objects on their way from threads that free to threads that allocate,
// so that a producer and a consumer pay two exchanges a batch instead of one an object. BarnSlot has the
// protocol of a place, Journal what happens to a batch whose mover never resumes. With several nodes each has
// every so many-th place, for batches of its own memory.

using System.Runtime.InteropServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

/// <summary>Memory picture: the places' words; counters of the bucket; the places' objects.</summary>
[StructLayout(LayoutKind.Explicit, Size = (int)ArenaLayout.BarnBytes)]
internal unsafe struct Barn
{
    internal const nuint Places = 16;

    /// <summary>Counters of what happens past the cells: shared, atomic, and rare.</summary>
    internal const nuint AllocSlabs = 0;
    internal const nuint FreeSlabs = 1;
    internal const nuint AllocDirect = 2;
    internal const nuint FreeDirect = 3;

    /// <summary>ALLOC_NODE_MISMATCH: objects of another node than was looked at first.</summary>
    internal const nuint NodeMismatch = 4;

    private const nuint ObjectsPerPlace = 64;
    private const ulong CopiedAtOnce = 4;

    [FieldOffset(0)] internal SharedWord FirstPlace;
    [FieldOffset(128)] internal SharedWord FirstCounter;
    [FieldOffset(1024)] internal LocalWord FirstObject;

    internal static Barn* Of(int bucket) =>
        (Barn*)(Arena.Header->Barns + (nuint)bucket * ArenaLayout.BarnBytes);

    internal static ref SharedWord Place(int bucket, nuint place) => ref (&Of(bucket)->FirstPlace)[place];

    internal static ref SharedWord Counter(int bucket, nuint counter) =>
        ref (&Of(bucket)->FirstCounter)[counter];

    /// <summary>Fill the cell's empty array from some full place. Caller holds the lock.</summary>
    internal static bool TryGet(KmemCacheThread* cell)
    {
        for (nuint node = 0; node < Nodes.Count; node++)
        {
            HomeNode.Set(cell, node);
            if (TryGet(cell, node)) return true;
        }
        return false;
    }

    /// <summary>The same from the places of the node, which is the cell's.</summary>
    internal static bool TryGet(KmemCacheThread* cell, nuint node)
    {
        nuint step = Nodes.Count;
        for (nuint i = node; i < Places; i += step)
        {
            ref SharedWord place = ref Place(cell->Bucket, i);
            BarnSlot slot = new(place.Load());
            if (slot.Kind != BarnSlot.KindFull) continue;
            Journal.BeginGet(cell, i, slot.Count);
            BarnSlot draining = slot.ToDraining(cell->Owner);
            if (!place.TryReplace(slot.Value, draining.Value))
            {
                Journal.Cancel(cell, 0);
                continue;
            }
            Hooks.At(Hooks.BarnGet);
            Copy(KmemCacheThread.At(cell, 0), ObjectsOf(cell->Bucket, i), slot.Count);
            Journal.CommitGet(cell, slot.Count);
            place.Store(draining.ToEmpty().Value);
            Journal.End(cell);
            return true;
        }
        return false;
    }

    /// <summary>Move a batch from the top of the cell's array to some empty place. Caller holds the lock.
    /// </summary>
    internal static bool TryPut(KmemCacheThread* cell)
    {
        ulong head = cell->Head.Get();
        ulong batch = cell->Cache.Batch;
        nuint step = Nodes.Count;
        for (nuint i = HomeNode.Of(cell); i < Places; i += step)
        {
            ref SharedWord place = ref Place(cell->Bucket, i);
            BarnSlot slot = new(place.Load());
            if (slot.Kind != BarnSlot.KindEmpty) continue;
            Journal.BeginPut(cell, i, head);
            BarnSlot filling = slot.ToFilling(cell->Owner);
            if (!place.TryReplace(slot.Value, filling.Value))
            {
                Journal.Cancel(cell, head);
                continue;
            }
            Journal.PlaceIsOurs(cell);
            Hooks.At(Hooks.BarnPut);
            Copy(ObjectsOf(cell->Bucket, i), KmemCacheThread.At(cell, head - batch), batch);
            place.Store(filling.ToFull(batch).Value);
            Journal.CommitPut(cell, head, batch);
            Journal.End(cell);
            return true;
        }
        return false;
    }

    /// <summary>Take a single object out of some full place of the node. Any context, no lock. 0 if there is
    /// none.</summary>
    internal static nuint TakeOne(in KmemCache cache, nuint node = 0)
    {
        nuint step = Nodes.Count;
        for (nuint i = node; i < Places; i += step)
        {
            ref SharedWord place = ref Place(cache.Bucket, i);
            BarnSlot slot = new(place.Load());
            while (slot.Kind == BarnSlot.KindFull)
            {
                ulong left = slot.Count - 1;
                ulong address = ObjectsOf(cache.Bucket, i)[left].Get();
                BarnSlot next = left == 0 ? slot.ToEmpty() : slot.ToFull(left);
                if (place.TryReplace(slot.Value, next.Value)) return (nuint)address;
                slot = new BarnSlot(place.Load());
            }
        }
        return 0;
    }

    /// <summary>Objects in the bucket's places at this moment.</summary>
    internal static ulong CountObjects(int bucket)
    {
        ulong objects = 0;
        for (nuint i = 0; i < Places; i++)
        {
            objects += new BarnSlot(Place(bucket, i).Load()).Count;
        }
        return objects;
    }

    /// <summary>Whether the object waits in one of the bucket's places, as far as one look can
    /// tell.</summary>
    internal static bool Contains(int bucket, nuint address)
    {
        for (nuint i = 0; i < Places; i++)
        {
            ulong count = new BarnSlot(Place(bucket, i).Load()).Count;
            for (ulong k = 0; k < count; k++)
            {
                if (ObjectsOf(bucket, i)[k].Get() == address) return true;
            }
        }
        return false;
    }

    private static void Copy(LocalWord* to, LocalWord* from, ulong count)
    {
        for (; count >= CopiedAtOnce; count -= CopiedAtOnce, from += CopiedAtOnce, to += CopiedAtOnce)
        {
            to[0].Set(from[0].Get());
            to[1].Set(from[1].Get());
            to[2].Set(from[2].Get());
            to[3].Set(from[3].Get());
        }
        for (; count != 0; count--, from++, to++) to->Set(from->Get());
    }

    private static LocalWord* ObjectsOf(int bucket, nuint place) =>
        &Of(bucket)->FirstObject + place * ObjectsPerPlace;
}
