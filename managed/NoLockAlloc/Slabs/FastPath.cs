// SPDX-License-Identifier: MIT
// The fast paths of every allocation and every free: an object out of the thread's array of a cache, and
// back. No call, no atomic read-modify-write; all that is unusual leaves by one of few tests and starts anew
// in a slow path. CHECKED BY HotCellTests; FastPath, ReentrancyTest (native).
//
// Each entry has two more parameters than the C function, which its trampoline adds: the thread's block and
// the frame, which is the address of the caller's return address on the stack with the low 16 bits of that
// return address on top (Words/LocalLock.cs). The cell's hot words are read and written here through HotCell,
// whose volatile fields the JIT folds into addressing modes.

using System.Runtime.CompilerServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class FastPath
{
    /// <summary>An object for size = last + 1 bytes, out of the thread's array. False: not by this way.
    /// A bool, which the JIT turns into jumps where this is inlined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryPop(nuint last, ThreadState* self, ulong frame, out nuint address) =>
        TryPopFrom((HotCell*)ThreadState.CellForSize(self, last), self, frame, out address);

    /// <summary>The same of any cache. mask: all ones, or 0, which leads to the cell of "no
    /// bucket".</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryPopOf(
        CacheDescriptor* cache, nuint mask, ThreadState* self, ulong frame, out nuint address) =>
        TryPopFrom((HotCell*)ThreadState.CellAt(self, cache->Cell & mask), self, frame, out address);

    /// <summary>Whether the fast path handed this object out last. The caller asks, and takes one of two
    /// bodies of the free, since from a bool that passes through two inlined methods the JIT makes no jumps.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsLast(nuint address, ThreadState* self) =>
        ((HotThread*)self)->LastObject == address;

    /// <summary>Into the thread's array, if it is the start of an object and there is room. False: not by
    /// this way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryPush(nuint address, ThreadState* self, ulong frame) =>
        TryPush(address, null, ofAny: true, isHome: false, isLast: false, self, frame);

    /// <summary>The same of an object that IsLast.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryPushLast(nuint address, ThreadState* self, ulong frame) =>
        TryPush(address, null, ofAny: true, isHome: false, isLast: true, self, frame);

    /// <summary>TryPush where there are several nodes, so that it does nothing because the thread's
    /// LimitBytes is 0: HomeNode has seen that the object may come into the array.</summary>
    internal static bool TryPushHome(nuint address, ThreadState* self, ulong frame) =>
        TryPush(address, null, ofAny: true, isHome: true, isLast: false, self, frame);

    /// <summary>TryPush, if it is an object of that cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryPushOf(CacheDescriptor* cache, nuint address, ThreadState* self, ulong frame) =>
        TryPush(address, cache, ofAny: false, isHome: false, isLast: false, self, frame);

    /// <summary>TryPushLast, if it is an object of that cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryPushLastOf(
        CacheDescriptor* cache, nuint address, ThreadState* self, ulong frame) =>
        TryPush(address, cache, ofAny: false, isHome: false, isLast: true, self, frame);

    /// <summary>The bools in the middle are constants: the one body is compiled as several.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryPush(
        nuint address, CacheDescriptor* cache, bool ofAny, bool isHome, bool isLast,
        ThreadState* self, ulong frame)
    {
        nuint arena = ((HotThread*)self)->Base;
        nuint offset = address - arena;
        if (Hardening.IsOn || offset >= (isHome ? Arena.LimitBytes : self->LimitBytes)) return false;
        nuint block = offset >> Arena.BlockShift;
        nuint words = isLast ? GuessedCell(arena, block, self) : HotBlock.At(arena, block)->Cell;
        if (!ofAny && words != cache->Cell) return false;
        HotCell* cell = (HotCell*)ThreadState.CellAt(self, words);
        uint rest = (ushort)address * cell->Reciprocal + cell->StartBias;
        if (rest >= cell->Reciprocal || cell->IsHeld != 0) return false;

        cell->Holder = (nuint)frame;
        nuint head = cell->Head;
        nuint top = (byte)head;
        if (top >= ArrayHead.End || HotCell.ObjectAt(cell, top)->ObjectBelow == address)
        {
            cell->IsHeld = 0;
            return false;
        }
        HotCell.ObjectAt(cell, top)->Object = address;
        cell->HeadAndRelease = head + 1 + ArrayHead.OneFree;
        return true;
    }

    /// <summary>The cell that the state of the last object's block names. The state is not used but compared
    /// with a guess: the processor predicts the jump and goes on with the guess, where it would wait for
    /// address, state and cell in turn, and the next allocation for the cell (DECISIONS 43).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint GuessedCell(nuint arena, nuint block, ThreadState* self)
    {
        HotThread* hot = (HotThread*)self;
        nuint words = hot->LastCell;
        nuint right = HotBlock.At(arena, block)->Cell;
        if (right != words)
        {
            hot->LastCell = (ushort)right;
            words = right;
        }
        return words;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryPopFrom(HotCell* cell, ThreadState* self, ulong frame, out nuint address)
    {
        address = 0;
        if (cell->IsHeld != 0) return false;

        cell->Holder = (nuint)frame;
        uint head = cell->Head;
        address = HotCell.ObjectAt(cell, (byte)head)->ObjectBelow;
        if (address == 0)
        {
            cell->IsHeld = 0;
            return false;
        }
        ((HotThread*)self)->LastObject = address;
        cell->HeadAndRelease = head - 1;
        return true;
    }
}
