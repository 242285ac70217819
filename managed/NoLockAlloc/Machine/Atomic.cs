// SPDX-License-Identifier: MIT
// Every access to memory that another thread or an interrupting handler may touch, with its order in its
// name. Only Words/ names this type. The tests have a file of the same name that lets an explorer of
// interleavings run at each of these calls.

using System.Runtime.CompilerServices;
using System.Threading;

namespace NoLockAlloc.Machine;

internal static class Atomic
{
    /// <summary>Later accesses stay after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong LoadAcquire(ref ulong location) =>
        (ulong)Volatile.Read(ref Signed(ref location));

    /// <summary>Earlier accesses stay before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StoreRelease(ref ulong location, ulong value) =>
        Volatile.Write(ref Signed(ref location), (long)value);

    /// <summary>If it succeeds, a full fence both ways. If not, a LoadAcquire: what the caller stored before
    /// may become visible after that look (on x86-64 it does not). So who needs a fence needs a success
    /// (DECISIONS 68).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryReplace(ref ulong location, ulong expected, ulong desired)
    {
        ref long signed = ref Signed(ref location);
        return (ulong)Interlocked.CompareExchange(ref signed, (long)desired, (long)expected) == expected;
    }

    /// <summary>A full fence both ways.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void And(ref ulong location, ulong mask) =>
        Interlocked.And(ref Signed(ref location), (long)mask);

    /// <summary>A full fence both ways.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Or(ref ulong location, ulong bits) =>
        Interlocked.Or(ref Signed(ref location), (long)bits);

    /// <summary>A full fence both ways. Returns the value before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong FetchAdd(ref ulong location, ulong value) =>
        (ulong)Interlocked.ExchangeAdd(ref Signed(ref location), (long)value);

    /// <summary>Seen in program order by a handler on this thread; no order for others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong LoadLocal(ref ulong location) =>
        (ulong)Volatile.Read(ref Signed(ref location));

    /// <summary>Seen in program order by a handler on this thread; no order for others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StoreLocal(ref ulong location, ulong value) =>
        Volatile.Write(ref Signed(ref location), (long)value);

    /// <summary>The same for half a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint LoadLocal(ref uint location) => Volatile.Read(ref location);

    /// <summary>The same for half a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StoreLocal(ref uint location, uint value) => Volatile.Write(ref location, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref long Signed(ref ulong location) => ref Unsafe.As<ulong, long>(ref location);
}
