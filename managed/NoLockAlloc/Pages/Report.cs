// SPDX-License-Identifier: MIT
// One line on stderr about bad input, by write(2), in any context; then the call goes on as documented, or
// the process aborts if NOLOCKALLOC_OPTIONS=abort says so.

using NoLockAlloc.Machine;

namespace NoLockAlloc.Pages;

internal static unsafe class Report
{
    internal const int NotOurs = 0;
    internal const int NotStart = 1;
    internal const int IsFree = 2;
    internal const int IsPages = 3;
    internal const int NotPages = 4;
    internal const int NotNolock = 5;
    internal const int NotCache = 6;
    internal const int NotGroup = 7;

    internal const int GfpBits = 0;
    internal const int Node = 1;
    internal const int OptionWords = 2;
    internal const int NormalGfpBits = 3;
    internal const int TooLarge = 4;
    internal const int LargeFree = 5;
    internal const int ZeroConstructed = 6;
    internal const int WrongCache = 7;
    internal const int NotInInterrupt = 8;
    internal const int LockOrder = 9;

    /// <summary>A bad pointer. caller: the return address of the call, 0 if it is not known any more.
    /// </summary>
    internal static void Bad(int what, nuint address, ulong caller)
    {
        Text line = new(2);
        line.Add("nolockalloc: "u8);
        line.AddHex(address);
        switch (what)
        {
            case NotOurs: line.Add(" is no object of "u8); line.Add(Product.Name); break;
            case NotNolock: line.Add(" was not allocated by a nolock function, but freed by one"u8); break;
            case NotCache: line.Add(" is no cache that is in use"u8); break;
            case NotStart: line.Add(" is not the start of an object"u8); break;
            case IsPages: line.Add(" is no object but pages, and is kept"u8); break;
            case NotPages: line.Add(" names no such pages"u8); break;
            case NotGroup: line.Add(" is a group that has ended, or was put too often"u8); break;
            default: line.Add(" is free already"u8); break;
        }
        if (caller == 0) line.Add(", seen in a deferred free"u8);
        else
        {
            line.Add(", called from "u8);
            line.AddHex(caller);
        }
        Finish(ref line);
        AbortIfWanted();
    }

    /// <summary>A bad argument or option, reported the first time in the process.</summary>
    internal static void Once(int what, ulong value)
    {
        switch (what)
        {
            case GfpBits: Once(what, "kmalloc_nolock() ignores gfp flags "u8, value); break;
            case Node: Once(what, "kmalloc_nolock() has no node "u8, value); break;
            case NotInInterrupt: Once(what, "exit from an interrupt that was not entered: "u8, value); break;
            default: Once(what, "words of NOLOCKALLOC_OPTIONS that are not known: "u8, value); break;
        }
    }

    internal static void Once(int what, System.ReadOnlySpan<byte> text, ulong value)
    {
        if (!TryBeFirst(what)) return;
        Text line = new(2);
        line.Add("nolockalloc: "u8);
        line.Add(text);
        line.AddHex(value);
        Finish(ref line);
        if (what != OptionWords) AbortIfWanted();
    }

    /// <summary>Whether nobody in the process has reported this yet.</summary>
    internal static bool TryBeFirst(int what)
    {
        if (!Arena.Ensure()) return false;
        ref Words.SharedWord once = ref Arena.Header->ReportedOnce;
        ulong bit = 1UL << what;
        ulong seen;
        do
        {
            seen = once.Load();
            if ((seen & bit) != 0) return false;
        }
        while (!once.TryReplace(seen, seen | bit));
        return true;
    }

    internal static void Finish(ref Text line)
    {
        line.EndLine();
        Count();
    }

    /// <summary>One thing more was reported.</summary>
    internal static void Count()
    {
        if (Arena.Ensure()) Arena.Header->Reports.Add(1);
    }

    internal static void AbortIfWanted()
    {
        if (Arena.Base != 0 && Arena.Header->AbortOnReport) Os.Abort();
    }
}
