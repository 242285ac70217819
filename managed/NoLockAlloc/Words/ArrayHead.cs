// SPDX-License-Identifier: MIT
// Where the top of a thread's array is, and how many objects the fast path has pushed, in half a word, so
// that one load and one store are all that a pop or a push does with either. The other half is the lower
// half of the cell's LocalLock: the fast path's last store writes both, the new head and 0.
//
// STATE        31    8 7   0
//             | frees | top |
//   top         the array's objects lie in places First to top - 1, of which the last is End - 1, whatever
//               the capacity: "full" is a constant, and "empty" is a 0 in the place below, where never an
//               object lies. PendingTop looks full and empty at once.
//   frees       pushes of the fast path, modulo 2^24. When it overflows, the carry falls into the lock, which
//               then looks held by a frame that no call can have; the next call takes the slow path, where
//               SettleCarry counts it. Once in 16 million frees.
// WRITERS     the holder of the cell's lock.
// ORDER       none but program order: a handler runs on the thread that it interrupts. Other threads read
//             the word for statistics only.
// INVARIANTS  (1) A pop or a push happens in one store, which is also the one that frees the lock.
//             (2) The place below First holds 0 for ever, and so does the place below PendingTop.
// REENTRY     until that store a handler finds the lock held and leaves the array alone. If the call is
//             abandoned before it, the array is as it was.
// CHECKED BY  ArrayHeadTests, HotCellTests; ReentrancyTest (native)

using System.Runtime.InteropServices;

namespace NoLockAlloc.Words;

[StructLayout(LayoutKind.Explicit, Size = 0x20)]
internal struct ArrayHead
{
    internal const ulong End = 128;
    internal const ulong Pending = 1UL << 63;
    internal const uint OneFree = 1U << 8;

    private const uint PendingTop = (uint)End + 1;
    private const uint TopMask = OneFree - 1;
    private const ulong CarriedFrees = (1UL << 32) / OneFree;

    [FieldOffset(0x00)] private LocalHalfWord _word;
    [FieldOffset(0x00)] private SharedWord _wordAndLock;
    [FieldOffset(0x10)] private ulong _first;
    [FieldOffset(0x18)] private LocalWord _carried;

    internal readonly ulong First => _first;

    /// <summary>Any thread; not exact while the owner runs.</summary>
    internal ulong Frees
    {
        get
        {
            ulong both = _wordAndLock.Load();
            ulong carried = _carried.Get() + (IsCarry(both) ? 1UL : 0);
            return carried * CarriedFrees + (uint)both / OneFree;
        }
    }

    internal void Prepare(ulong capacity)
    {
        _first = End - capacity;
        _word.Set((uint)_first);
    }

    /// <summary>All zero, as before Prepare. The array is empty; half way it looks Pending, or
    /// empty.</summary>
    internal void Reset()
    {
        _word.Set(0);
        _first = 0;
        _carried.Set(0);
    }

    internal ulong Get()
    {
        uint top = _word.Get() & TopMask;
        return top == PendingTop ? Pending : top - _first;
    }

    internal void Set(ulong objects)
    {
        uint top = objects == Pending ? PendingTop : (uint)(_first + objects);
        _word.Set((_word.Get() & ~TopMask) | top);
    }

    internal void CountFree()
    {
        uint next = _word.Get() + OneFree;
        if (next < OneFree) _carried.Count();
        _word.Set(next);
    }

    /// <summary>If a carry makes the lock look held, count it and free the lock. Any context: one exchange,
    /// so a handler that does the same in the middle is the one that counts.</summary>
    internal void SettleCarry()
    {
        ulong both = _wordAndLock.Load();
        if (IsCarry(both) && _wordAndLock.TryReplace(both, (uint)both)) _carried.Count();
    }

    private static bool IsCarry(ulong both) => both >> 32 == 1;
}
