// SPDX-License-Identifier: MIT
// What is written down about single objects besides their bits (slab->obj_exts and struct slabobj_ext of the
// kernel): a place for each object word of a slab, which leads to a vector with an entry for each of its 63
// objects. Vectors are objects of kmalloc-512, made when the first object needs one.
//
// STATE       place:  0: no vector. AllocFail (OBJEXTS_ALLOC_FAIL): none could be had when one was wanted.
//                     Else the address of the vector.
//             entry:   63     32 31      0
//                     |   tag   |  group  |     0: nothing is known of the object
// WRITERS     place: who owns an object of the word, by compare-exchange; who releases the slab, when nobody
//             owns one any more, by a store. Entry: the object's owner.
// TRANSITIONS place: 0 or AllocFail -> vector, 0 -> AllocFail. Released: vector or AllocFail -> 0, then the
//             vector goes back to its slab. Entry: 0 -> e before the object is handed out, e -> 0 as it is
//             freed, by compare-exchange, so that of two frees of one object one counts.
// ORDER       the exchange releases the zeros of a new vector; whoever loads the place acquires them.
// INVARIANTS  (1) A place that has a vector keeps it until the slab is released.
//             (2) A vector that is given back has no entry.
//             (3) The places of a slab of another cache, and of a block that is none, are 0.
// REENTRY     a handler may install a vector in the middle: the interrupted call finds and uses it, whether
//             its own allocation succeeded or not.
// CHECKED BY  ObjectExtensionsTests, AccountedPieceTests

namespace NoLockAlloc.Words;

internal static class ExtensionWord
{
    internal const ulong None = 0;
    internal const ulong AllocFail = 1;

    private const int TagShift = 32;

    internal static bool IsVector(ulong place) => place > AllocFail;

    internal static ulong Entry(uint group, uint tag) => (ulong)tag << TagShift | group;

    internal static uint GroupOf(ulong entry) => (uint)entry;

    internal static uint TagOf(ulong entry) => (uint)(entry >> TagShift);
}
