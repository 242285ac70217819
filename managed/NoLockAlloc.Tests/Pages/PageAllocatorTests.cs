// SPDX-License-Identifier: MIT

using System;
using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.Words;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Pages;

public sealed unsafe class PageAllocatorTests : IDisposable
{
    private const nuint Blocks = 70;
    private const ulong Cell = 832;
    private const ulong Owner = 3;

    private readonly FreshWorld _world = FreshWorld.WithBlocks(Blocks);
    private readonly SortedSet<nuint> _clean = [];
    private readonly SortedSet<nuint> _dirty = [];
    private readonly List<nuint> _taken = [];
    private ClaimJournal _journal;

    public PageAllocatorTests()
    {
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++) _clean.Add(block);
    }

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void RandomOperationsAgreeWithAModel(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 3000; i++)
        {
            int bias = i / 250 % 2 == 0 ? 6 : 3;
            int what = random.Next(10);
            if (what < bias) Take();
            else if (what < 9) Free(random);
            else Purge(random);
            if (what == 0) PageAllocator.Audit();
            CheckAll();
        }
    }

    [Fact]
    public void BlocksAreTakenLowestFirstUntilThereIsNone()
    {
        for (nuint i = 0; i < Blocks; i++) Assert.Equal(Arena.Header->First + i, Take());
        Assert.Equal(PageAllocator.None, Take());
        Assert.Equal(PageAllocator.None, Take());
    }

    [Fact]
    public void AHintThatWasLostIsFoundByAnAudit()
    {
        while (Take() != PageAllocator.None) continue;
        nuint lost = _taken[Blocks > 40 ? 40 : 0];
        Free(_taken.IndexOf(lost), isDirty: true);
        ArenaLayout.HintMapAt(Arena.Header, 0).Remove(lost);
        Assert.Equal(PageAllocator.None, PageAllocator.TakeSlab(Cell, Owner, null));
        PageAllocator.Audit();
        Assert.Equal(lost, Take());
    }

    [Fact]
    public void AHintThatIsStaleIsPassedOverAndDropped()
    {
        nuint first = Take();
        HintMap free = ArenaLayout.HintMapAt(Arena.Header, 0);
        free.Add(first);
        Assert.Equal(first + 1, Take());
        Assert.False(free.Has(first));
        Assert.Equal(BlockState.KindSlab, Arena.StateOf(first).Kind);
    }

    [Fact]
    public void TheJournalNamesABlockBeforeItIsTaken()
    {
        nuint block = Arena.Header->First;
        bool wasNamed = false;
        fixed (ClaimJournal* journal = &_journal)
        {
            ClaimJournal* at = journal;
            void Look()
            {
                if (Arena.StateOf(block).Kind != BlockState.KindSlab) return;
                Assert.Equal(block, at->Block);
                Assert.Equal(Arena.StateOf(block).Value, at->As.Value);
                wasNamed = true;
            }
            RunAt.EachAccess(Look, () => PageAllocator.TakeSlab(Cell, Owner, at));
        }
        Assert.True(wasNamed);
    }

    [Fact]
    public void WarmBlocksAreEnoughAt64AndAQuarterOfThoseEverUsed()
    {
        while (Take() != PageAllocator.None) continue;
        for (int freed = 1; freed <= 70; freed++)
        {
            Free(0, isDirty: true);
            Assert.Equal(freed >= 64, PageAllocator.IsWarmEnough());
        }
        Arena.Header->HighBlock.Store(Arena.Header->First + 4 * 70);
        Assert.True(PageAllocator.IsWarmEnough());
        Arena.Header->HighBlock.Store(Arena.Header->First + 4 * 71);
        Assert.False(PageAllocator.IsWarmEnough());
    }

    private nuint Take()
    {
        fixed (ClaimJournal* journal = &_journal)
        {
            nuint block = PageAllocator.TakeSlab(Cell, Owner, journal);
            nuint expected = _clean.Concat(_dirty).DefaultIfEmpty(PageAllocator.None).Min();
            Assert.Equal(expected, block);
            if (block == PageAllocator.None) return block;
            Assert.Equal(block, journal->Block);
            journal->End();
            bool wasClean = _clean.Remove(block);
            _dirty.Remove(block);
            _taken.Add(block);
            ulong* memory = (ulong*)Arena.AddressOf(block);
            if (wasClean) Assert.Equal(0UL, memory[1000]);
            memory[1000] = block;
            return block;
        }
    }

    private void Free(Random random)
    {
        if (_taken.Count != 0) Free(random.Next(_taken.Count), random.Next(4) != 0);
    }

    private void Free(int index, bool isDirty)
    {
        nuint block = _taken[index];
        _taken.RemoveAt(index);
        Arena.State(block).Store(Arena.StateOf(block).ToReleasing(Owner).Value);
        if (!isDirty) Assert.True(PageAllocator.TryPurge(block));
        PageAllocator.Free(block, isDirty);
        (isDirty ? _dirty : _clean).Add(block);
    }

    private void Purge(Random random)
    {
        nuint block = Arena.Header->First + (nuint)random.Next((int)Blocks);
        FreshWorld.Machine.Memory.RefusesPurge = random.Next(3) == 0;
        bool isPurged = _dirty.Contains(block) && !FreshWorld.Machine.Memory.RefusesPurge;
        Assert.Equal(isPurged, PageAllocator.TryPurgeFree(block, Owner, ref _journal));
        FreshWorld.Machine.Memory.RefusesPurge = false;
        Assert.Equal((nuint)0, _journal.Block);
        if (!isPurged) return;
        _dirty.Remove(block);
        _clean.Add(block);
    }

    private void CheckAll()
    {
        Assert.Equal((ulong)_dirty.Count, Arena.Header->DirtyBlocks.Load());
        HintMap free = ArenaLayout.HintMapAt(Arena.Header, 0);
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++)
        {
            BlockState state = Arena.StateOf(block);
            Assert.Equal(_clean.Contains(block) || _dirty.Contains(block), state.IsFree);
            Assert.Equal(_dirty.Contains(block), state.IsDirty);
            Assert.Equal(state.IsFree, free.Has(block));
            if (!state.IsFree) Assert.True(state.IsClaimedBy(Owner, Cell));
            if (!state.IsFree) Assert.True(block < Arena.Header->HighBlock.Load());
        }
    }
}
