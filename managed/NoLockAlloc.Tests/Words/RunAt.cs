// SPDX-License-Identifier: MIT

using System;
using NoLockAlloc.Machine;

namespace NoLockAlloc.Tests.Words;

/// <summary>Does something before one access to memory, by its number, or before each.</summary>
internal sealed class RunAt(int at, Action what) : AccessHook
{
    private int _accesses;

    /// <summary>False: act makes fewer accesses.</summary>
    internal static bool Access(int at, Action what, Action act)
    {
        RunAt hook = new(at, what);
        Atomic.Hook = hook;
        try
        {
            act();
        }
        finally
        {
            Atomic.Hook = null;
        }
        return hook._accesses > at;
    }

    /// <summary>As long as there is an access of that number: act, told the number, says so.</summary>
    internal static void AtEachAccess(Func<int, bool> act)
    {
        for (int at = 0; act(at); at++) continue;
    }

    internal static void EachAccess(Action what, Action act) => Access(-1, what, act);

    internal override void Before(Access access, nuint address)
    {
        if (_accesses++ != at && at >= 0) return;
        Atomic.Hook = null;
        what();
        Atomic.Hook = this;
    }
}
