// SPDX-License-Identifier: MIT
// Whether a group lives, and who keeps it alive.
//
// STATE        63       48 47     32 31      0
//             | generation | holders | objects |
//   generation  one more at each birth, so that a handle tells whose it is
//   holders     handles that the program has not put, and groups inside this one
//   objects     objects charged to it
//             The group is free exactly while holders and objects are 0.
// WRITERS     anybody. A free group is taken by compare-exchange; who comes by a handle counts up by
//             compare-exchange, because the group may have ended; who gave up what he counted counts down.
// TRANSITIONS free -> one holder, generation + 1. Hold, charge: up. Put, uncharge: down; the last ends it.
// ORDER       full fences: what a group's users wrote is seen by who takes it next.
// INVARIANTS  (1) Who holds a count may use the group, and nobody can take it.
//             (2) A put too many changes nothing: objects do not stand for handles.
// REENTRY     any state may be met; nothing is waited for. The last count may go in a handler: what is left
//             to do then is one count less in the parent.
// CHECKED BY  GroupWordTests, AccountedPieceTests

namespace NoLockAlloc.Words;

internal readonly struct GroupWord(ulong value)
{
    internal const ulong OneObject = 1;
    internal const ulong OneHolder = 1UL << HolderShift;

    private const int HolderShift = 32;
    private const int GenerationShift = 48;
    private const ulong ObjectsMask = OneHolder - 1;
    private const ulong HoldersMask = (1UL << GenerationShift) - OneHolder;
    private const ulong OneGeneration = 1UL << GenerationShift;

    internal ulong Value => value;
    internal ulong Objects => value & ObjectsMask;
    internal ulong Holders => (value & HoldersMask) >> HolderShift;
    internal ulong Generation => value >> GenerationShift;

    internal bool IsFree => (value & (ObjectsMask | HoldersMask)) == 0;
    internal bool HasRoomForHolder => (value & HoldersMask) != HoldersMask;
    internal bool HasRoomForObject => (value & ObjectsMask) != ObjectsMask;

    internal GroupWord Born() => new((value & ~(ObjectsMask | HoldersMask)) + OneGeneration + OneHolder);
}
