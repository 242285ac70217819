// SPDX-License-Identifier: MIT
// Where each object is when nobody is inside the allocator: with the program, in one thread's array, in one
// place of a barn, or free in its slab; never in two of these, and never in none.

using System.Collections.Generic;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Interleavings;

internal sealed unsafe class Census
{
    private readonly HashSet<nuint> _out = [];

    /// <summary>No call is under way, none was abandoned, no thread has ended without a word.</summary>
    internal static void Check(Ledger ledger)
    {
        Census census = new();
        foreach (nuint address in ledger.Live) census.Add(address);
        for (ulong id = 1; id <= Arena.Header->HighThread.Load(); id++) census.AddThread(id);
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++) census.AddBarn(bucket);
        census.CheckBlocks(ledger);
    }

    private void Add(nuint address)
    {
        if (!_out.Add(address)) Assert.Fail($"Object {address:x} is in two places.");
    }

    private void AddThread(ulong id)
    {
        ThreadState* thread = ThreadState.Of(id);
        ulong kind = new ThreadWord(ThreadState.WordOf(id).Load()).Kind;
        Assert.True(kind is ThreadWord.KindUnused or ThreadWord.KindFree or ThreadWord.KindLive);
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++)
        {
            KmemCacheThread* cell = ThreadState.Cell(thread, bucket);
            Assert.True(cell->Lock.IsFree && cell->DeferPending.Load() == 0 && !cell->HasUnsettled);
            for (ulong i = 0; i < cell->Head.Get(); i++) Add((nuint)KmemCacheThread.Object(cell, i).Get());
        }
        for (int number = 0; number < ThreadState.RunJournals; number++)
        {
            RunJournal* journal = ThreadState.RunJournal(thread, number);
            Assert.True(journal->Lock.IsFree && journal->First == 0);
        }
    }

    private void AddBarn(int bucket)
    {
        Assert.True(BarnContents.IsSettled(bucket));
        foreach (nuint address in BarnContents.Of(bucket)) Add(address);
    }

    private void CheckBlocks(Ledger ledger)
    {
        ulong dirty = 0;
        int marked = 0;
        int runs = 0;
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++)
        {
            BlockState state = Arena.StateOf(block);
            Assert.True(state.Kind is BlockState.KindFree or BlockState.KindSlab or BlockState.KindRunHead);
            if (state.IsFree && state.IsDirty) dirty++;
            if (state.IsFree) CheckFree(block);
            else if (!state.IsRunHead) marked += CheckSlab(block, state);
            else
            {
                runs++;
                Assert.True(ledger.LiveRuns.TryGetValue(block, out nuint length) && length == state.Blocks);
                block += RunContents.PartsAfter(block);
            }
        }
        Assert.Equal(ledger.LiveRuns.Count, runs);
        Expect.Equal(dirty, Arena.Header->DirtyBlocks.Load());
        Assert.True(marked == _out.Count, "An object that is out lies in no slab.");
    }

    private static void CheckFree(nuint block)
    {
        for (nuint i = 0; i < Arena.WordsPerBlock; i++) Expect.Equal(0, Arena.ObjectWords(block)[i].Load());
        Assert.True(ArenaLayout.HintMapAt(Arena.Header, 0).Find(block) == block, "A free block has no hint.");
    }

    /// <summary>How many objects of the slab are out.</summary>
    private int CheckSlab(nuint block, BlockState state)
    {
        KmemCache cache = KmemCache.OfCell(state.Cell);
        int objects = 0;
        for (nuint index = 0; index < cache.Objects; index++)
        {
            ulong word = Arena.ObjectWords(block)[index / ObjectWord.Objects].Load();
            bool isMarked = (word >> (int)(index % ObjectWord.Objects) & 1) != 0;
            bool isOut = _out.Contains(cache.AddressOf(block, index));
            if (isMarked && !isOut) Assert.Fail($"Object {index} of block {block} is lost.");
            if (isOut && !isMarked) Assert.Fail($"Object {index} of block {block} is out and free.");
            if (isOut) objects++;
        }
        if (state.Owner != 0)
        {
            KmemCacheThread* cell = ThreadState.CellAt(ThreadState.Of(state.Owner), (nuint)state.Cell);
            Assert.True(cell->Slab.Get() == block, "A slab's claimant does not know.");
            Assert.False(state.IsListed);
        }
        else if (Slab.HasFree(block, cache))
        {
            Assert.True(state.IsListed, "A slab with room is not listed.");
            Assert.True(PartialList.Find(cache, block) == block, "A listed slab has no hint.");
        }
        return objects;
    }
}
