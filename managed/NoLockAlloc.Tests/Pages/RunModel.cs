// SPDX-License-Identifier: MIT
// What the blocks must be after operations one after the other: the model of PageRunsTests. Each block that
// is given out gets a mark in its memory, so that one which is said to be zero is seen to be.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Pages;

internal sealed unsafe class RunModel : IDisposable
{
    private const ulong Cell = 1408;
    private const ulong Owner = 3;

    private readonly SortedDictionary<nuint, nuint> _runs = [];
    private readonly List<nuint> _slabs = [];
    private readonly RunJournal* _journal = (RunJournal*)NativeMemory.AllocZeroed(RunJournal.Bytes);

    internal RunModel()
    {
        _journal->Owner = Owner;
        _journal->Number = 1;
    }

    public void Dispose() => NativeMemory.Free(_journal);

    internal nuint Take(int blocks, int align)
    {
        bool[] used = Used();
        nuint first = PageRuns.Take((nuint)blocks, (nuint)align, _journal, out bool isZero);
        if (first == PageRuns.None)
        {
            Assert.False(Fits(used, blocks, align), "None, but there is room.");
            return first;
        }
        Assert.Equal((nuint)0, first % (nuint)align);
        Assert.True(first + (nuint)blocks <= Arena.Header->HighBlock.Load());
        _runs.Add(first, (nuint)blocks);
        Mark(first, (nuint)blocks, isZero);
        return first;
    }

    internal nuint TakeSlab()
    {
        nuint block = PageAllocator.TakeSlab(Cell, Owner, null);
        if (block == PageAllocator.None)
        {
            Assert.DoesNotContain(false, Used());
            return block;
        }
        _slabs.Add(block);
        Mark(block, 1, isZero: false);
        return block;
    }

    internal void Grow(Random random)
    {
        if (_runs.Count == 0) return;
        (nuint first, nuint length) = _runs.ElementAt(random.Next(_runs.Count));
        nuint longer = length + (nuint)random.Next(1, 20);
        bool[] used = Used();
        bool isRoom = longer <= 64 && first + longer <= Arena.Header->Blocks;
        for (nuint block = first + length; isRoom && block < first + longer; block++)
        {
            isRoom = !used[block - Arena.Header->First];
        }
        Assert.Equal(isRoom, PageRuns.TryGrow(first, longer, _journal, out bool isZero));
        if (!isRoom) return;
        _runs[first] = longer;
        Mark(first + length, longer - length, isZero);
    }

    internal void Shrink(Random random)
    {
        if (_runs.Count == 0) return;
        (nuint first, nuint length) = _runs.ElementAt(random.Next(_runs.Count));
        if (length == 1) return;
        nuint shorter = (nuint)random.Next(1, (int)length);
        Assert.True(PageRuns.TryShrink(first, shorter, _journal));
        _runs[first] = shorter;
    }

    internal void Free(Random random)
    {
        if (_runs.Count != 0 && random.Next(3) != 0) Free(_runs.ElementAt(random.Next(_runs.Count)).Key);
        else if (_slabs.Count != 0) FreeSlab(random.Next(_slabs.Count));
    }

    internal void Free(nuint first)
    {
        Assert.True(_runs.Remove(first));
        Assert.True(PageRuns.TryFree(first, _journal));
    }

    internal void FreeAll()
    {
        foreach (nuint first in _runs.Keys.ToArray()) Free(first);
    }

    internal void Check()
    {
        bool[] used = Used();
        HintMap free = PageAllocator.FreeMap;
        ulong dirty = 0;
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++)
        {
            BlockState state = Arena.StateOf(block);
            Assert.Equal(!used[block - Arena.Header->First], state.IsFree);
            Assert.Equal(state.IsFree, free.Has(block));
            if (state.IsDirty) dirty++;
            if (state.IsFree && !state.IsDirty) Assert.Equal(0UL, *MarkOf(block));
        }
        Assert.Equal(dirty, Arena.Header->DirtyBlocks.Load());
        foreach ((nuint first, nuint length) in _runs)
        {
            Assert.Equal(length, PageRuns.BlocksOf(first));
            for (nuint block = first; block < first + length; block++) Assert.Equal((ulong)block, *MarkOf(block));
        }
        Assert.Equal((nuint)0, _journal->First);
    }

    private static ulong* MarkOf(nuint block) => (ulong*)Arena.AddressOf(block) + 1000;

    private static void Mark(nuint first, nuint blocks, bool isZero)
    {
        for (nuint block = first; block < first + blocks; block++)
        {
            if (isZero) Assert.Equal(0UL, *MarkOf(block));
            *MarkOf(block) = block;
        }
    }

    private void FreeSlab(int index)
    {
        nuint block = _slabs[index];
        _slabs.RemoveAt(index);
        Arena.State(block).Store(Arena.StateOf(block).ToReleasing(Owner).Value);
        PageAllocator.Free(block, dirty: true);
    }

    /// <summary>By block, from the first that is given out. Nothing overlaps.</summary>
    private bool[] Used()
    {
        nuint start = Arena.Header->First;
        bool[] used = new bool[Arena.Header->Blocks - start];
        foreach (nuint block in _slabs) Use(used, block - start);
        foreach ((nuint first, nuint length) in _runs)
        {
            for (nuint block = first; block < first + length; block++) Use(used, block - start);
        }
        return used;
    }

    private static void Use(bool[] used, nuint index)
    {
        Assert.False(used[index], "A block is in two runs.");
        used[index] = true;
    }

    private static bool Fits(bool[] used, int blocks, int align)
    {
        int start = (int)Arena.Header->First;
        int place = (start + align - 1) / align * align;
        for (; place + blocks <= start + used.Length; place += align)
        {
            if (used.AsSpan(place - start, blocks).IndexOf(true) < 0) return true;
        }
        return false;
    }
}
