// SPDX-License-Identifier: MIT
// Reports in the kernel's layout (slab_bug, print_trailer, slab_fix: mm/slub.c), by write(2), in any
// context; a line is one write, and reports of several threads may mix by lines. Names of functions are not
// to be had in any context: addresses stand in their place.

using System;
using NoLockAlloc.Pages;

namespace NoLockAlloc.Debug;

internal static unsafe class BugReport
{
    private const int Stderr = 2;
    private const int RuleLength = 77;

    /// <summary>Zone overwritten from one byte to before another.</summary>
    internal static void Overwritten(
        in DebugCache cache, nuint address, in Zone zone, nuint from, nuint end, in DebugCall call)
    {
        Text text = new(Stderr);
        Begin(ref text, cache);
        text.Add(zone.Name);
        text.Add(" overwritten"u8);
        EndHead(ref text);
        AddRange(ref text, from, end);
        text.Add(" @offset="u8);
        text.AddNumber(from % Arena.BlockBytes);
        text.Add(". First byte "u8);
        text.AddHex(*(byte*)from);
        text.Add(" instead of "u8);
        text.AddHex(zone.Value);
        text.EndLine();
        ObjectDump.Trailer(ref text, cache, address);
        End(ref text, call);
    }

    /// <summary>A free of what is free.</summary>
    internal static void AlreadyFree(in DebugCache cache, nuint address, in DebugCall call)
    {
        Text text = new(Stderr);
        Begin(ref text, cache);
        text.Add("Object already free"u8);
        EndHead(ref text);
        ObjectDump.Trailer(ref text, cache, address);
        End(ref text, call);
    }

    /// <summary>A free of what is no object.</summary>
    internal static void InvalidPointer(in DebugCache cache, nuint address, in DebugCall call)
    {
        Text text = new(Stderr);
        Begin(ref text, cache);
        text.Add("Invalid object pointer "u8);
        text.AddHex(address);
        EndHead(ref text);
        ObjectDump.SlabLine(ref text, cache, address);
        End(ref text, call);
    }

    internal static void FixRestoring(in DebugCache cache, in Zone zone, nuint from, nuint end)
    {
        Text text = new(Stderr);
        BeginFix(ref text, cache);
        text.Add("Restoring "u8);
        text.Add(zone.Name);
        text.Add(" "u8);
        AddRange(ref text, from, end);
        text.Add("="u8);
        text.AddHex(zone.Value);
        text.EndLine();
    }

    internal static void FixNotFreed(in DebugCache cache, nuint address) =>
        Fix(cache, "Object at "u8, address, " not freed"u8);

    /// <summary>The kernel marks all objects of the slab used; here this one alone.</summary>
    internal static void FixNotUsed(in DebugCache cache, nuint address) =>
        Fix(cache, "Marking object at "u8, address, " used"u8);

    private static void Fix(
        in DebugCache cache, ReadOnlySpan<byte> before, nuint address, ReadOnlySpan<byte> after)
    {
        Text text = new(Stderr);
        BeginFix(ref text, cache);
        text.Add(before);
        text.AddHex(address);
        text.Add(after);
        text.EndLine();
    }

    private static void Begin(ref Text text, in DebugCache cache)
    {
        Rule(ref text, (byte)'=');
        text.Add("BUG "u8);
        cache.AddName(ref text);
        bool isFirst = Arena.Header->Reports.Load() == 0;
        text.Add(isFirst ? " (Not tainted): "u8 : " (Tainted: G    B): "u8);
    }

    private static void EndHead(ref Text text)
    {
        text.EndLine();
        Rule(ref text, (byte)'-');
        text.EndLine();
    }

    private static void BeginFix(ref Text text, in DebugCache cache)
    {
        text.Add("FIX "u8);
        cache.AddName(ref text);
        text.Add(": "u8);
    }

    /// <summary>Who found it.</summary>
    private static void End(ref Text text, in DebugCall call)
    {
        Track track;
        Track.Set(&track, call);
        text.Add("Found"u8);
        Track.PrintWhen(&track, ref text);
        text.Add("Call Trace:"u8);
        text.EndLine();
        Track.PrintStack(&track, ref text);
        Report.Count();
    }

    private static void AddRange(ref Text text, nuint from, nuint end)
    {
        text.AddHex(from);
        text.Add("-"u8);
        text.AddHex(end - 1);
    }

    private static void Rule(ref Text text, byte of)
    {
        for (int i = 0; i < RuleLength; i++) text.AddByte(of);
        text.EndLine();
    }
}
