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

    /// <summary>Whether the address has a block whose state the fast path may look at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool HasBlock(nuint address, ThreadState* self, out nuint arena, out nuint offset)
    {
        arena = ((HotThread*)self)->Base;
        offset = address - arena;
        return !Hardening.IsOn && offset < self->LimitBytes;
    }

    /// <summary>Which of the thread's cells takes the object. False: the one at the offset `words`, which its
    /// block says. True: the object was handed out last by the fast path, and `guess` turned out to be that
    /// offset. The processor predicts the comparison and goes on with the guess, where it would wait for
    /// address, state and cell in turn, and the next allocation for the cell (DECISIONS 43). The caller has
    /// a TryPush for either answer, so that what is usual is one straight line (DECISIONS 69). So each
    /// target of an entry has these lines itself: in one function that it calls, both answers would end in
    /// one place, by a jump.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsGuessed(
        nuint address, nuint arena, nuint offset, ThreadState* self, out nuint guess, out nuint words)
    {
        guess = 0;
        nuint block = offset >> Arena.BlockShift;
        HotThread* hot = (HotThread*)self;
        if (hot->LastObject != address)
        {
            words = HotBlock.At(arena, block)->Cell;
        }
        else
        {
            guess = hot->LastCell;
            words = HotBlock.At(arena, block)->Cell;
            if (words != guess)
            {
                hot->LastCell = (ushort)words;
            }
            else
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Into the thread's array of the cell at this offset, if it is the start of an object of the
    /// cell's cache and there is room. False: not by this way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryPush(nuint address, nuint words, ThreadState* self, ulong frame)
    {
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

    /// <summary>Whether the address lies in a block of that cache, whose cell, that at the offset `words`, is
    /// known without a guess. The caller asks and pushes in two steps: of `and` the JIT would make a value.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsOf(CacheDescriptor* cache, nuint address, ThreadState* self, out nuint words)
    {
        words = cache->Cell;
        return HasBlock(address, self, out nuint arena, out nuint offset)
            && HotBlock.At(arena, offset >> Arena.BlockShift)->Cell == words;
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
