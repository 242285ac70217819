// SPDX-License-Identifier: MIT
// 63 objects of a slab: one bit each.
//
// STATE       bit 63: taken (see below); bit i: object i is out, that is, owned by the program or by an
//             array of some thread. A clear bit is a free object.
// WRITERS     anybody sets the bit of a free object to take it, and clears the bit of an object that he
//             owns. Only the thread that claimed the slab sets and clears bit 63.
// TRANSITIONS take one: set a bit. Take a batch (claimant): set several bits and bit 63 in one exchange;
//             bit 63 is cleared when the batch has arrived in the array. Give back: clear a bit.
//             Grab (claimant): zero -> all ones, to release the slab. Let go: all ones -> zero.
// ORDER       every change is a compare-exchange or an atomic and: what was written to the object before
//             it was given back is seen by whoever takes it (O1).
// INVARIANTS  (1) A bit is changed by its object's owner, or from free by a taker, never otherwise.
//             (2) Bit 63 set: the bits that the claimant's journal names were taken by this exchange and
//                 are in no array yet. This is how it is known, when a call was abandoned, whether its
//                 exchange took place.
// REENTRY     a handler takes and gives back single bits, and leaves bit 63 as it finds it.
// CHECKED BY  ObjectWordTests

using System.Numerics;

namespace NoLockAlloc.Words;

internal static class ObjectWord
{
    internal const int Objects = 63;
    internal const ulong Taken = 1UL << 63;
    internal const ulong Grabbed = ~0UL;

    /// <summary>The bits that stand for objects in word number index of a slab.</summary>
    internal static ulong Valid(nuint index, nuint objectsInSlab)
    {
        nuint left = objectsInSlab - index * Objects;
        return left >= Objects ? ~Taken : (1UL << (int)left) - 1;
    }

    internal static ulong FreeBits(ulong word, ulong valid) => ~word & valid;

    internal static ulong LowestOf(ulong bits) => bits & (0 - bits);

    /// <summary>The lowest bits, at most count of them.</summary>
    internal static ulong LowestOf(ulong bits, nuint count)
    {
        if (CountOf(bits) <= count) return bits;
        ulong rest = bits;
        for (nuint i = 0; i < count && rest != 0; i++)
        {
            rest &= rest - 1;
        }
        return bits ^ rest;
    }

    /// <summary>In pairs, then fours, then bytes, which a multiplication adds up: the compiler may not assume
    /// that the processor has an instruction for it.</summary>
    internal static ulong CountOf(ulong bits)
    {
        const ulong Pairs = ~0UL / 3, Fours = ~0UL / 15 * 3, Bytes = ~0UL / 255;
        bits -= bits >> 1 & Pairs;
        bits = (bits & Fours) + (bits >> 2 & Fours);
        return (bits + (bits >> 4) & Bytes * 15) * Bytes >> 56;
    }

    internal static nuint IndexOf(ulong bit) => (nuint)BitOperations.TrailingZeroCount(bit);
}
