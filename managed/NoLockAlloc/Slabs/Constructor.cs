// SPDX-License-Identifier: MIT
// Constructors of objects. The kernel runs them for all objects of a slab when it makes the slab. Here a
// block becomes a slab by one exchange, and from then on anybody may take objects of it; so each object is
// constructed when it first leaves the slab, on its way into an array or to the caller, and a bit out of band
// says that it has been. It stays constructed until the slab is given back: nothing else ever touches a free
// object.
//
// STATE       the constructed words of a block: a bit an object, as in its object words.
// WRITERS     who has taken the object sets its bit, by an atomic or, when the constructor has returned. Who
//             releases the slab, and has grabbed all objects of it, clears the words.
// ORDER       the bit is set before the object can become another's.
// INVARIANTS  an object in an array, in the barn or in the program's hands is constructed, if its cache has a
//             constructor. One of a debug cache is as it leaves Debug/DebugAlloc.cs, which has it constructed
//             when its zones are there.
// REENTRY     a constructor that never returns leaves the bit clear: the next taker calls it again. A release
//             that is abandoned half way may have an object that is free constructed once more.
// CHECKED BY  ConstructorTests; KmemCacheConstructor (native)

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class Constructor
{
    /// <summary>The caller has taken the object out of its slab, and it is in no array yet.</summary>
    internal static void Ensure(nuint address, in KmemCache cache)
    {
        if (cache.Constructor != 0 && !cache.IsDebug) Ensure(address, address, cache);
    }

    /// <summary>The same of an object that begins at the address, in a place of its slab that may begin
    /// before it, of a cache with a constructor.</summary>
    internal static void Ensure(nuint place, nuint address, in KmemCache cache)
    {
        nuint index = cache.IndexOf(place);
        ulong bit = 1UL << (int)(index % ObjectWord.Objects);
        ref SharedWord word =
            ref Arena.ConstructedWords(Arena.BlockOf(place))[index / ObjectWord.Objects];
        if ((word.Load() & bit) != 0) return;
        Os.Construct(cache.Constructor, (void*)address);
        word.Set(bit);
    }

    /// <summary>The same of a batch on its way into an array.</summary>
    internal static void EnsureAll(LocalWord* objects, ulong count, in KmemCache cache)
    {
        if (cache.Constructor == 0) return;
        for (ulong i = 0; i < count; i++) Ensure((nuint)objects[i].Get(), cache);
    }

    /// <summary>The caller has grabbed all objects of the slab.</summary>
    internal static void Forget(nuint block, in KmemCache cache)
    {
        if (cache.Constructor == 0) return;
        SharedWord* words = Arena.ConstructedWords(block);
        for (nuint i = 0; i < cache.Words; i++) words[i].Store(0);
    }
}
