// SPDX-License-Identifier: MIT
// alloc_slab_obj_exts and free_slab_obj_exts (mm/slub.c): vectors made on demand, one for 63 objects. A
// vector is an object of kmalloc-512, of which nothing is written down: so making one makes no other. It is
// given back past all arrays, which needs no lock and releases no slab: so releasing a slab never releases
// another. Words/ExtensionWord.cs has the protocol.

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class ObjectExtensions
{
    private const nuint VectorBytes = 512;

    private static KmemCache Vectors => KmemCache.Of(KmemCache.BucketOf(VectorBytes));

    /// <summary>Whether objects of the cache may have an entry.</summary>
    internal static bool MayHave(in KmemCache cache) =>
        (CacheDescriptor.Of(cache.Bucket)->Flags & CacheDescriptor.Extended) != 0 || cache.IsDebug;

    /// <summary>Write down what the caller's new object is. False: no vector could be had.</summary>
    internal static bool TryPut(
        ThreadState* self, in KmemCache cache, nuint address, ulong entry, ulong frame)
    {
        ref SharedWord place = ref PlaceOf(cache, address, out nuint index);
        ulong vector = place.Load();
        if (!ExtensionWord.IsVector(vector)) vector = Install(self, ref place, frame);
        if (vector == 0) return false;
        ((SharedWord*)vector)[index].Store(entry);
        return true;
    }

    /// <summary>What is written down about an object; 0: nothing.</summary>
    internal static ulong Get(in KmemCache cache, nuint address)
    {
        ulong vector = PlaceOf(cache, address, out nuint index).Load();
        return ExtensionWord.IsVector(vector) ? ((SharedWord*)vector)[index].Load() : 0;
    }

    /// <summary>The same, which is forgotten: of several callers one gets it.</summary>
    internal static ulong Take(in KmemCache cache, nuint address)
    {
        ulong vector = PlaceOf(cache, address, out nuint index).Load();
        if (!ExtensionWord.IsVector(vector)) return 0;
        ref SharedWord entry = ref ((SharedWord*)vector)[index];
        ulong seen;
        do
        {
            seen = entry.Load();
            if (seen == 0) return 0;
        }
        while (!entry.TryReplace(seen, 0));
        return seen;
    }

    /// <summary>The vectors of a slab that the caller is about to release go. May be begun anew where an
    /// abandoned call left it; that call lost at most the one vector in hand.</summary>
    internal static void Release(in KmemCache cache, nuint block)
    {
        if (!MayHave(cache)) return;
        SharedWord* places = Arena.Extensions(block);
        for (nuint i = 0; i < cache.Words; i++)
        {
            ulong vector = places[i].Load();
            if (vector == ExtensionWord.None) continue;
            places[i].Store(ExtensionWord.None);
            if (ExtensionWord.IsVector(vector)) GiveBack((nuint)vector);
        }
    }

    /// <summary>A vector of the caller's making, or of another's who was faster, also where the caller could
    /// not make one. 0: there is none, and the place says so.</summary>
    private static ulong Install(ThreadState* self, ref SharedWord place, ulong frame)
    {
        nuint made = Make(self, frame);
        while (true)
        {
            ulong seen = place.Load();
            if (ExtensionWord.IsVector(seen))
            {
                if (made != 0) GiveBack(made);
                return seen;
            }
            ulong next = made != 0 ? made : ExtensionWord.AllocFail;
            if (seen == next || place.TryReplace(seen, next)) return made;
        }
    }

    private static nuint Make(ThreadState* self, ulong frame)
    {
        nuint vector = SlabAlloc.Take(self, Vectors.Bucket, 0, frame);
        if (vector != 0) Os.Fill((void*)vector, 0, VectorBytes);
        return vector;
    }

    private static void GiveBack(nuint vector)
    {
        Slab.TryGiveBack(vector, Vectors, null);
        Barn.Counter(Vectors.Bucket, Barn.FreeDirect).Add(1);
    }

    private static ref SharedWord PlaceOf(in KmemCache cache, nuint address, out nuint index)
    {
        nuint number = cache.IndexOf(address);
        index = number % ObjectWord.Objects;
        return ref Arena.Extensions(Arena.BlockOf(address))[number / ObjectWord.Objects];
    }
}
