// SPDX-License-Identifier: MIT
// The words of a KmemCacheThread, and of a ThreadState, that the fast paths touch, as volatile fields at the
// same offsets: volatile keeps them in program order, which is what a handler on this thread sees, and costs
// no instruction.
// CHECKED BY HotCellTests (the offsets).

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NoLockAlloc.Pages;

namespace NoLockAlloc.Slabs;

[StructLayout(LayoutKind.Explicit, Size = (int)KmemCacheThread.Bytes)]
internal unsafe partial struct HotCell
{
    [FieldOffset(0x00)] internal volatile uint Head;

    /// <summary>Head, and the lock's lower half.</summary>
    [FieldOffset(0x00)] internal volatile nuint HeadAndRelease;

    /// <summary>The lock's lower half: not 0 if it is held.</summary>
    [FieldOffset(0x04)] internal volatile uint IsHeld;

    [FieldOffset(0x0c)] internal volatile uint StartBias;
    [FieldOffset(0x28)] internal volatile uint Reciprocal;
    [FieldOffset(0x138)] internal volatile nuint ObjectBelow;
    [FieldOffset(0x140)] internal volatile nuint Object;

    /// <summary>The view whose Object is entry number index of the cell's array, and whose ObjectBelow is
    /// the entry below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static HotCell* ObjectAt(HotCell* cell, nuint index) =>
        (HotCell*)((nuint)cell + index * (nuint)sizeof(nuint));
}

/// <summary>The same of a ThreadState.</summary>
[StructLayout(LayoutKind.Explicit, Size = 0x80)]
internal struct HotThread
{
    [FieldOffset(0x40)] internal volatile nuint Base;
    [FieldOffset(0x58)] internal volatile nuint LastObject;
    [FieldOffset(0x70)] internal volatile ushort LastCell;
}

/// <summary>And of a block's state, seen from the arena's start.</summary>
[StructLayout(LayoutKind.Explicit, Size = ArenaHeader.Bytes + 8)]
internal unsafe struct HotBlock
{
    [FieldOffset(ArenaHeader.Bytes)] internal volatile ushort Cell;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static HotBlock* At(nuint arena, nuint block) => (HotBlock*)(arena + block * 8);
}
