// SPDX-License-Identifier: MIT
// The words of a KmemCacheThread that the fast paths touch, as volatile fields at the same offsets: volatile
// keeps them in program order, which is what a handler on this thread sees, and costs no instruction.
// CHECKED BY HotCellTests (the offsets).

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NoLockAlloc.Slabs;

[StructLayout(LayoutKind.Explicit, Size = (int)KmemCacheThread.Bytes)]
internal unsafe struct HotCell
{
    [FieldOffset(0x00)] internal volatile nuint Lock;
    [FieldOffset(0x08)] internal volatile nuint Head;
    [FieldOffset(0x10)] internal nuint Capacity;
    [FieldOffset(0x18)] internal nuint FastFrees;
    [FieldOffset(0x20)] internal volatile nuint DeferPending;
    [FieldOffset(0x28)] internal uint Reciprocal;
    [FieldOffset(0x2c)] internal uint StartBias;
    [FieldOffset(0x138)] internal volatile nuint ObjectBelow;
    [FieldOffset(0x140)] internal volatile nuint Object;

    /// <summary>The view whose Object is entry number index of the cell's array, and whose ObjectBelow is
    /// the entry below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static HotCell* ObjectAt(HotCell* cell, nuint index) =>
        (HotCell*)((nuint)cell + index * (nuint)sizeof(nuint));
}
