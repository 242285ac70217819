// SPDX-License-Identifier: MIT
// Something happens before the k-th access of a call: a handler runs, another thread runs, the call is
// abandoned, or first the one and then the other.

using System;
using NoLockAlloc.Machine;

namespace NoLockAlloc.Tests.Abandonment;

internal sealed class Interruption : AccessHook
{
    private readonly int _at;
    private readonly Action _what;
    private int _accesses;

    private Interruption(int at, Action what)
    {
        _at = at;
        _what = what;
    }

    /// <summary>Make the call, and at its access number `at` do this. False: the call has fewer.</summary>
    internal static bool Run(Action call, int at, Action what)
    {
        Interruption hook = new(at, what);
        Atomic.Hook = hook;
        try
        {
            call();
        }
        catch (AbandonedCall)
        {
        }
        finally
        {
            Atomic.Hook = null;
        }
        return hook._accesses > at;
    }

    internal override void Before(Access access, nuint address)
    {
        if (_accesses++ != _at) return;
        Atomic.Hook = null;
        _what();
        Atomic.Hook = this;
    }
}
