// SPDX-License-Identifier: MIT
// Which slots of a thread's deferred frees (Slabs/IrqWork.cs) have to be looked at.
//
// STATE        63        8 7  0
//             | version | end |      slots from end on are empty; 0: all are
// WRITERS     this thread and its handlers, by compare-exchange.
// TRANSITIONS filled: the next version, and end above the slot. Done: end 0, if nothing was filled since.
// INVARIANTS  no version comes back that had a slot filled.
// CHECKED BY  IrqWorkTests

namespace NoLockAlloc.Words;

internal readonly struct IrqWorkWord(ulong value)
{
    private const ulong OneVersion = 1UL << 8;
    private const ulong EndMask = OneVersion - 1;

    internal ulong Value => value;
    internal int End => (int)(value & EndMask);
    internal IrqWorkWord Done() => new(value & ~EndMask);

    internal IrqWorkWord Filled(int slot)
    {
        ulong end = (ulong)slot + 1;
        ulong before = value & EndMask;
        return new IrqWorkWord((value & ~EndMask) + OneVersion + (before < end ? end : before));
    }
}
