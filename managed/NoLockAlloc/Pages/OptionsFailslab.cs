// SPDX-License-Identifier: MIT
// failslab=<interval>,<probability>,<space>,<times>, as on the kernel's command line (mm/failslab.c): which
// has commas in it, as slub_debug's lists have.

using NoLockAlloc.Words;

namespace NoLockAlloc.Pages;

internal unsafe partial struct Options
{
    /// <summary>If this word stands there, and all of it is right, goes behind it.</summary>
    private bool TryFailslab(byte** text)
    {
        if (!TryMatch(*text, "failslab="u8, out byte* rest)) return false;
        if (!TrySigned(&rest, out ulong interval) || !TryComma(&rest)) return false;
        if (!TrySigned(&rest, out ulong probability) || !TryComma(&rest)) return false;
        if (!TrySigned(&rest, out ulong space) || !TryComma(&rest)) return false;
        if (!TrySigned(&rest, out ulong times) || !IsEnd(rest)) return false;
        Failslab.Interval = interval;
        Failslab.Probability = probability;
        Failslab.Space.Store(space);
        Failslab.Times.Store(times);
        *text = rest;
        _isInSlubDebug = false;
        return true;
    }

    private static bool TryComma(byte** text) => *(*text)++ == (byte)',';

    /// <summary>A number, or -1: FaultAttribute.NoEnd.</summary>
    private static bool TrySigned(byte** text, out ulong number)
    {
        number = FaultAttribute.NoEnd;
        if (TryMatch(*text, "-1"u8, out byte* rest))
        {
            *text = rest;
            return true;
        }
        if (!TryNumber(text, out nuint value)) return false;
        number = value;
        return true;
    }
}
