// SPDX-License-Identifier: MIT
// kmalloc_nolock and kfree_nolock (mm/slub.c): the fast paths. No call, no atomic read-modify-write; all
// that is unusual leaves by one of few tests and starts anew in KmallocSlow.
//
// Each entry has two more parameters than the C function, which its trampoline adds: the thread's block and
// the frame, which is the address of the caller's return address on the stack with the low 16 bits of
// that return address on top (Words/LocalLock.cs). The cell's hot words are read and written here through
// its `Hot` view, whose volatile fields the JIT folds into addressing modes.

using System.Runtime.CompilerServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class Kmalloc
{
    internal const nuint ZeroSizePtr = 16;
    internal const int AnyNode = -1;

    /// <summary>The fast path of an allocation: any node, no flags, and an object in the thread's array.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nuint Alloc(
        nuint size, uint gfp, int node, ThreadState* self, ulong frame)
    {
        nuint last = size - 1;
        if (Hardening.IsOn || last >= KmemCache.MaximumSize || (gfp | (uint)(node - AnyNode)) != 0)
        {
            return KmallocSlow.Alloc(size, gfp, node, self, frame);
        }
        HotCell* cell = (HotCell*)ThreadState.CellForSize(self, last);
        if (cell->IsHeld != 0) return KmallocSlow.Alloc(size, gfp, node, self, frame);

        cell->Holder = (nuint)frame;
        uint head = cell->Head;
        nuint address = HotCell.ObjectAt(cell, (byte)head)->ObjectBelow;
        if (address == 0)
        {
            cell->IsHeld = 0;
            return KmallocSlow.Alloc(size, gfp, node, self, frame);
        }
        cell->HeadAndRelease = head - 1;
        return address;
    }

    /// <summary>The fast path of a free: the start of an object, and room in the thread's array.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Free(nuint address, ThreadState* self, ulong frame)
    {
        nuint offset = address - self->Base;
        if (Hardening.IsOn || offset >= self->LimitBytes)
        {
            KmallocSlow.Free(address, self, frame);
            return;
        }
        ulong* states = (ulong*)(self->Base + ArenaHeader.Bytes);
        ushort bucket = *(ushort*)(&states[offset >> Arena.BlockShift]);
        HotCell* cell = (HotCell*)ThreadState.CellAt(self, bucket);
        uint rest = (Arena.BlockBytes32 - (ushort)address) * cell->Reciprocal;
        if (rest >= cell->Reciprocal || cell->IsHeld != 0)
        {
            KmallocSlow.Free(address, self, frame);
            return;
        }
        cell->Holder = (nuint)frame;
        nuint head = cell->Head;
        HotCell* place = HotCell.ObjectAt(cell, (byte)head);
        if ((byte)head >= ArrayHead.End || place->ObjectBelow == address)
        {
            cell->IsHeld = 0;
            KmallocSlow.Free(address, self, frame);
            return;
        }
        place->Object = address;
        cell->HeadAndRelease = head + 1 + ArrayHead.OneFree;
    }
}
