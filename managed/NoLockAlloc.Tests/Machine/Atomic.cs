// SPDX-License-Identifier: MIT
// The product's accesses to memory that others may touch, with a hook before each. A test may look, run a
// handler, let another thread go on, or abandon the call by an exception.

using System.Runtime.CompilerServices;
using System.Threading;

namespace NoLockAlloc.Machine;

internal enum Access
{
    Load,
    Store,
    Replace,
    And,
    Or,
    Add,
    LoadLocal,
    StoreLocal,
}

/// <summary>What happens before an access.</summary>
internal abstract class AccessHook
{
    internal abstract void Before(Access access, nuint address);

    /// <summary>What tests share among threads is about to be used; whoever it is that they say.</summary>
    internal virtual void Touch(nuint what, bool writes)
    {
    }

    /// <summary>Whether a compare-exchange that would succeed fails all the same, as another thread's success
    /// would have it.</summary>
    internal virtual bool RefusesReplace(nuint address) => false;
}

internal static unsafe class Atomic
{
    internal static AccessHook Hook { get; set; }

    internal static ulong LoadAcquire(ref ulong location)
    {
        Step(Access.Load, ref location);
        return Volatile.Read(ref location);
    }

    internal static void StoreRelease(ref ulong location, ulong value)
    {
        Step(Access.Store, ref location);
        Volatile.Write(ref location, value);
    }

    internal static bool TryReplace(ref ulong location, ulong expected, ulong desired)
    {
        Step(Access.Replace, ref location);
        if (Hook != null && Hook.RefusesReplace((nuint)Unsafe.AsPointer(ref location))) return false;
        return Interlocked.CompareExchange(ref location, desired, expected) == expected;
    }

    internal static void And(ref ulong location, ulong mask)
    {
        Step(Access.And, ref location);
        Interlocked.And(ref location, mask);
    }

    internal static void Or(ref ulong location, ulong bits)
    {
        Step(Access.Or, ref location);
        Interlocked.Or(ref location, bits);
    }

    internal static ulong FetchAdd(ref ulong location, ulong value)
    {
        Step(Access.Add, ref location);
        return Interlocked.Add(ref location, value) - value;
    }

    internal static ulong LoadLocal(ref ulong location)
    {
        Step(Access.LoadLocal, ref location);
        return Volatile.Read(ref location);
    }

    internal static void StoreLocal(ref ulong location, ulong value)
    {
        Step(Access.StoreLocal, ref location);
        Volatile.Write(ref location, value);
    }

    internal static uint LoadLocal(ref uint location)
    {
        Hook?.Before(Access.LoadLocal, (nuint)Unsafe.AsPointer(ref location));
        return Volatile.Read(ref location);
    }

    internal static void StoreLocal(ref uint location, uint value)
    {
        Hook?.Before(Access.StoreLocal, (nuint)Unsafe.AsPointer(ref location));
        Volatile.Write(ref location, value);
    }

    private static void Step(Access access, ref ulong location) =>
        Hook?.Before(access, (nuint)Unsafe.AsPointer(ref location));
}
