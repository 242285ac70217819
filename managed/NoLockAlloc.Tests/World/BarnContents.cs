// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Tests.World;

/// <summary>The objects in a bucket's barn as the memory has them.</summary>
internal static unsafe class BarnContents
{
    private const nuint ObjectsPerPlace = 64;

    /// <summary>The objects of all places that are full.</summary>
    internal static List<nuint> Of(int bucket)
    {
        List<nuint> objects = [];
        for (nuint place = 0; place < Barn.Places; place++)
        {
            BarnSlot slot = new(Barn.Place(bucket, place).Load());
            if (slot.Kind != BarnSlot.KindFull) continue;
            LocalWord* first = &Barn.Of(bucket)->FirstObject + place * ObjectsPerPlace;
            for (ulong i = 0; i < slot.Count; i++) objects.Add((nuint)first[i].Get());
        }
        return objects;
    }

    /// <summary>Whether nobody is in the middle of moving a batch into a place or out of it.</summary>
    internal static bool IsSettled(int bucket)
    {
        for (nuint place = 0; place < Barn.Places; place++)
        {
            ulong kind = new BarnSlot(Barn.Place(bucket, place).Load()).Kind;
            if (kind is not (BarnSlot.KindEmpty or BarnSlot.KindFull)) return false;
        }
        return true;
    }
}
