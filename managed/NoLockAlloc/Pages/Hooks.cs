// SPDX-License-Identifier: MIT
// Tracepoints and kprobes: callbacks at named points inside the allocator. What is registered lies in
// HookSlots out of band; a bit a point in the arena's header says whether to look there, and costs each point
// one load and a branch. A bit may be set for nothing, never the other way for longer than a registration
// takes.
//
// A callback may call everything that a signal handler may, and meets the allocator in the same states: so
// every point that exists lets callbacks in. Those that may not have one do not exist: the fast paths, which
// have no time to look, and which are refused by name.

using System.Runtime.CompilerServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Words;

namespace NoLockAlloc.Pages;

internal static unsafe class Hooks
{
    internal const int FastAlloc = 0;
    internal const int FastFree = 1;
    internal const int SlowAlloc = 2;
    internal const int AllocLocked = 3;
    internal const int Refill = 4;
    internal const int BarnGet = 5;
    internal const int NewSlab = 6;
    internal const int AllocDirect = 7;
    internal const int SlowFree = 8;
    internal const int FreeLocked = 9;
    internal const int Flush = 10;
    internal const int BarnPut = 11;
    internal const int SlabRelease = 12;
    internal const int Defer = 13;
    internal const int Drain = 14;
    internal const int Claim = 15;
    internal const int Reclaim = 16;
    internal const int Purge = 17;
    internal const int Points = 18;

    internal const int Slots = 16;

    private const int NotPermitted = -1;
    private const int NoSuchEntry = -2;
    private const int OutOfMemory = -12;
    private const int InvalidArgument = -22;
    private const int NoSpace = -28;

    private const ulong Denied = 1UL << FastAlloc | 1UL << FastFree;

    /// <summary>Call the point's callbacks, if it has any.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void At(int point)
    {
        if ((Arena.Header->HookedPoints >> point & 1) != 0) Run(point);
    }

    /// <summary>0, or a negative errno.</summary>
    internal static int Register(int point, nuint function, nuint data)
    {
        if ((uint)point >= Points || function == 0) return InvalidArgument;
        if ((Denied >> point & 1) != 0) return NotPermitted;
        if (!Arena.Ensure()) return OutOfMemory;
        for (int i = 0; i < Slots; i++)
        {
            if (!SlotAt(i).TryRegister(point, function, data)) continue;
            Arena.Header->Hooked.Set(1UL << point);
            return 0;
        }
        return NoSpace;
    }

    /// <summary>0, or a negative errno.</summary>
    internal static int Unregister(int point, nuint function, nuint data)
    {
        if ((uint)point >= Points) return InvalidArgument;
        if (Arena.Base == 0) return NoSuchEntry;
        for (int i = 0; i < Slots; i++)
        {
            if (!SlotAt(i).TryUnregister(point, function, data)) continue;
            if (!IsHooked(point)) Arena.Header->Hooked.Clear(1UL << point);
            if (IsHooked(point)) Arena.Header->Hooked.Set(1UL << point); // registered meanwhile
            return 0;
        }
        return NoSuchEntry;
    }

    /// <summary>Not while a callback is under way on this thread: it would meet itself for ever. Of that its
    /// frame tells, a word on the stack that nobody but this call writes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run(int point)
    {
        LocalWord here = default;
        ulong mark = (ulong)&here >> 3;
        here.Set(mark);
        TaskContext* task = TaskContext.Current;
        if (!task->TryEnterHook(LocalLock.Frame((ulong)&here, mark))) return;
        for (int i = 0; i < Slots; i++)
        {
            if (SlotAt(i).TryRead(point, out nuint function, out nuint data)) Os.Call(function, point, data);
        }
        task->LeaveHook();
    }

    private static bool IsHooked(int point)
    {
        for (int i = 0; i < Slots; i++)
        {
            if (SlotAt(i).IsLiveAt(point)) return true;
        }
        return false;
    }

    private static ref HookSlot SlotAt(int index) => ref ((HookSlot*)Arena.Header->HookSlots)[index];
}
