// SPDX-License-Identifier: MIT
// Who owns a thread block.
//
// STATE        63  61 60       32 31       0
//             | kind | fork stamp | thread  |
//   thread      the kernel's number of the owning thread
//   fork stamp  how many forks lie behind the process in which it was claimed
//   kind        Unused (never owned), Free (holds whatever its last owner left, to be settled by the next),
//               Claiming (its new owner settles it), Live, Exiting
// WRITERS     anybody, by compare-exchange: Unused and Free -> Claiming. The owner: Claiming -> Live ->
//             Exiting -> Free. Who knows for certain that the owner is gone: any kind -> Free.
// ORDER       every change is a compare-exchange, a full fence: what an owner wrote to its block is seen by
//             the next owner (O3).
// INVARIANTS  (1) Unused blocks have the highest numbers: they are taken lowest first, and never again
//                 become Unused.
//             (2) Only the owner's thread, and handlers on it, touch a Live block's arrays.
// REENTRY     a handler that interrupts Claiming is served without a block.
// CHECKED BY  ThreadWordTests

namespace NoLockAlloc.Words;

internal readonly struct ThreadWord(ulong value)
{
    internal const ulong KindUnused = 0;
    internal const ulong KindFree = 1;
    internal const ulong KindClaiming = 2;
    internal const ulong KindLive = 3;
    internal const ulong KindExiting = 4;

    private const int StampShift = 32;
    private const int KindShift = 61;
    private const ulong StampMask = (1UL << (KindShift - StampShift)) - 1;

    internal ulong Value => value;
    internal uint Thread => (uint)value;
    internal ulong Stamp => value >> StampShift & StampMask;
    internal ulong Kind => value >> KindShift;

    internal bool IsOwned => Kind >= KindClaiming;
    internal bool IsOwnedBy(uint thread, ulong stamp) => IsOwned && Thread == thread && Stamp == stamp;
    internal ThreadWord To(ulong kind) => Make(kind, Thread, Stamp);

    internal static ThreadWord Make(ulong kind, uint thread, ulong stamp) =>
        new(kind << KindShift | (stamp & StampMask) << StampShift | thread);
}
