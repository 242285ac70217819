// SPDX-License-Identifier: MIT
// Single blocks from below, runs from above, and a ceiling that keeps the blocks ever used together.

using System;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Pages;

public sealed unsafe class PageRunsPlacementTests : IDisposable
{
    private readonly FreshWorld _world = FreshWorld.WithBlocks(5000);
    private RunJournal _journal;

    private static ulong High => Arena.Header->HighBlock.Load();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void RunsComeFromAboveAndSlabsFromBelow()
    {
        nuint slab = TakeSlab();
        Assert.Equal(Arena.Header->First, slab);
        while (slab % 64 > 50) slab = TakeSlab(); // so that there is room for two runs below the ceiling
        nuint run = Take(4);
        Assert.Equal((slab + 1 + 63) / 64 * 64, run + 4);
        Assert.Equal(run - 4, Take(4));
        Assert.Equal(slab + 1, TakeSlab());
    }

    [Fact]
    public void TheCeilingRisesByALeafWordOrAnEighth()
    {
        ulong before = Arena.Header->First;
        while (Take(40) != PageRuns.None)
        {
            ulong used = before - Arena.Header->First;
            if (High != before) Assert.InRange(High - before, 1UL, 128 + used / 8);
            before = High;
        }
        Assert.Equal((ulong)Arena.Header->Blocks, before);
    }

    [Fact]
    public void ARunThatIsTakenAndFreedInTurnsStaysWhereItIs()
    {
        nuint run = Take(17);
        ulong high = High;
        for (int i = 0; i < 1000; i++)
        {
            Free(run);
            Assert.Equal(run, Take(17));
        }
        Assert.Equal(high, High);
    }

    [Fact]
    public void SlabsMayHaveWhatRunsLeave()
    {
        while (Take(64) != PageRuns.None) continue;
        int slabs = 0;
        while (TakeSlab() != PageAllocator.None) slabs++;
        Assert.InRange(slabs, 5000 % 64, 3 * 64);
    }

    private nuint Take(nuint blocks)
    {
        fixed (RunJournal* journal = &_journal) return PageRuns.Take(blocks, 1, journal, out _);
    }

    private void Free(nuint run)
    {
        fixed (RunJournal* journal = &_journal) Assert.True(PageRuns.TryFree(run, journal));
    }

    private static nuint TakeSlab() => PageAllocator.TakeSlab(1408, 3, null);
}
