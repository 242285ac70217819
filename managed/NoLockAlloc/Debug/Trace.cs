// SPDX-License-Identifier: MIT
// The letter T (trace, mm/slub.c): a line for each allocation and each free.

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Debug;

internal static unsafe class Trace
{
    private const int Stderr = 2;

    internal static void Print(in DebugCache cache, nuint address, bool isAlloc, ulong frame)
    {
        Text text = new(Stderr);
        text.Add("TRACE "u8);
        cache.AddName(ref text);
        text.Add(isAlloc ? " alloc "u8 : " free "u8);
        text.AddHex(address);
        text.Add(" inuse="u8);
        text.AddNumber(Slab.CountUsed(Arena.BlockOf(address), cache.Cache));
        text.Add(" fp=0x0, called from "u8);
        text.AddHex(*(ulong*)LocalLock.FrameAddress(frame));
        text.EndLine();
        if (!isAlloc) ObjectDump.Section(ref text, "Object   "u8, address, cache.ObjectSize);
    }
}
