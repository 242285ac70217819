// SPDX-License-Identifier: MIT
// local_lock and local_trylock (include/linux/local_lock.h): guards what one thread shares with the
// handlers that interrupt it. Nobody ever waits for it.
//
// STATE       63    48 47                 0
//            |  tag   | address of the frame |     lower half 0: free
//   frame       where the holder's return address lies on its stack (the kernel's `acquired` byte says
//               only that there is a holder; this says which, so that an abandoned lock is known)
//   tag         the low 16 bits of that return address
// WRITERS     the thread that owns the lock's block, and its handlers: plain stores in program order.
// TRANSITIONS free -> held, by a call that found it free. Held -> free, by the holder.
//             Held -> held by another, if IsAbandoned. The fast path frees the lock by storing the lower
//             half alone, together with the new head (ArrayHead), and leaves the upper half as it is.
// ORDER       none but program order: a handler runs on the thread that it interrupts.
// INVARIANTS  (1) A call that found the lock free may be interrupted before it stores its frame. Whatever
//                 ran in between is over or abandoned when it goes on, so it may take the lock.
//             (2) IsAbandoned says yes only if the holder cannot go on: its frame is gone.
// REENTRY     a handler that finds it held serves its caller in another way.
// CHECKED BY  LocalLockTests; AbandonmentTest (native)

using NoLockAlloc.Machine;

namespace NoLockAlloc.Words;

internal struct LocalLock
{
    private const int TagShift = 48;
    private const ulong FrameMask = (1UL << TagShift) - 8;

    /// <summary>So that the lower half of a frame is never 0. The trampolines' frames need it not: at the
    /// entry of a function the stack pointer is not a multiple of 16.</summary>
    private const ulong NotZero = 4;

    /// <summary>What lies this close below a running call's frame on the stack is that call's own.</summary>
    private const ulong OwnBytes = 512;

    private UnalignedWord _holder;

    internal bool IsFree => !IsHeld(_holder.Get());

    internal bool IsHeldBy(ulong frame) => IsHeld(frame) && _holder.Get() == frame;

    internal void Take(ulong frame) => _holder.Set(frame);

    internal void Free() => _holder.Set(0);

    /// <summary>Take the lock if it is free or if its holder will never resume. A taker that had to take
    /// it back must put in order what the holder left.</summary>
    internal bool TryTake(ulong frame, out bool wasAbandoned)
    {
        ulong holder = _holder.Get();
        bool isHeld = IsHeld(holder);
        wasAbandoned = isHeld && IsAbandoned(holder, frame);
        if (isHeld && !wasAbandoned) return false;
        _holder.Set(frame);
        return true;
    }

    internal static ulong FrameAddress(ulong frame) => frame & FrameMask;

    internal static ulong Frame(ulong address, ulong returnAddress) =>
        address | NotZero | returnAddress << TagShift;

    /// <summary>The fast path frees by a store to the lower half alone, so that decides.</summary>
    private static bool IsHeld(ulong holder) => (uint)holder != 0;

    /// <summary>Whether the call whose frame the lock holds can never resume. Its return address lies at
    /// the frame's address for as long as it can. It is gone if the address now belongs to this call, if
    /// nothing is mapped there any more, or if something else stands there.</summary>
    internal static unsafe bool IsAbandoned(ulong holder, ulong frame)
    {
        ulong there = FrameAddress(holder);
        ulong here = FrameAddress(frame);
        if (here - there <= OwnBytes) return true;

        ulong word = 0;
        int found = Os.Peek((nuint)there, &word);
        return found == 0 || (found == 1 && word << TagShift != (holder & ~0UL << TagShift));
    }
}
