// SPDX-License-Identifier: MIT
// One place of a barn (struct node_barn, mm/slub.c): a batch of free objects on its way between threads.
//
// STATE        63        25 24   17 16  15 14    0
//             | generation | count | kind | owner |
//   kind        Empty, Filling, Full, Draining
//   owner       Filling and Draining: the thread block that does it
//   count       Full and Draining: the objects in the place
// WRITERS     anybody, by compare-exchange from Empty and Full; the owner, by a store, from Filling and
//             Draining.
// TRANSITIONS Empty -> Filling -> Full -> Draining -> Empty; Full -> Full with one less (a single taker);
//             back again (Filling -> Empty, Draining -> Full) when the owner's call was abandoned.
// ORDER       Filling -> Full releases the pointers; Full -> Draining acquires them (O2).
// INVARIANTS  the pointers are written only in Filling, by the owner; the generation grows at each change,
//             so a single taker's exchange fails if the place was emptied and filled meanwhile.
// REENTRY     a handler passes over Filling and Draining.
// CHECKED BY  BarnSlotTests

namespace NoLockAlloc.Words;

internal readonly struct BarnSlot(ulong value)
{
    internal const ulong KindEmpty = 0;
    internal const ulong KindFilling = 1;
    internal const ulong KindFull = 2;
    internal const ulong KindDraining = 3;

    private const int OwnerBits = 15;
    private const int KindShift = OwnerBits;
    private const int CountShift = 17;
    private const int GenerationShift = 25;

    internal ulong Value => value;
    internal ulong Owner => (value & ((1UL << OwnerBits) - 1)) + 1;
    internal ulong Kind => (value >> KindShift) & 3;
    internal ulong Count => (value >> CountShift) & 0xff;

    internal bool IsOf(ulong kind, ulong owner) => Kind == kind && Owner == owner;

    internal BarnSlot ToEmpty() => Next(KindEmpty, 1, 0);
    internal BarnSlot ToFilling(ulong owner) => Next(KindFilling, owner, 0);
    internal BarnSlot ToFull(ulong count) => Next(KindFull, 1, count);
    internal BarnSlot ToDraining(ulong owner) => Next(KindDraining, owner, Count);

    private BarnSlot Next(ulong kind, ulong owner, ulong count) =>
        new((value >> GenerationShift) + 1 << GenerationShift | count << CountShift | kind << KindShift |
            (owner - 1));
}
