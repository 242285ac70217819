// SPDX-License-Identifier: MIT

using System;
using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Pages;

public sealed unsafe class PageRunsTests : IDisposable
{
    private const nuint Blocks = 300;

    private readonly FreshWorld _world = FreshWorld.WithBlocks(Blocks);
    private readonly RunModel _model = new();

    public void Dispose()
    {
        _model.Dispose();
        _world.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void RandomOperationsAgreeWithAModel(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 4000; i++)
        {
            bool fills = i / 300 % 2 == 0;
            FreshWorld.Machine.Memory.RefusesPurge = random.Next(4) == 0;
            int what = random.Next(12);
            if (what < (fills ? 5 : 2)) _model.Take(random.Next(1, 65), 1);
            else if (what < (fills ? 7 : 3)) _model.Take(1 << random.Next(7), 1 << random.Next(7));
            else if (what < 8) _model.TakeSlab();
            else if (what == 8) _model.Grow(random);
            else if (what == 9) _model.Shrink(random);
            else _model.Free(random);
            _model.Check();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void AnOrderIsAlignedByItsLengthInBytes(int blocks)
    {
        _model.Take(5, 1);
        nuint first = _model.Take(blocks, blocks);
        Assert.Equal((nuint)0, Arena.AddressOf(first) % ((nuint)blocks * Arena.BlockBytes));
    }

    [Fact]
    public void AllOfTheArenaCanBeRuns()
    {
        int runs = 0;
        while (_model.Take(1, 1) != PageRuns.None) runs++;
        Assert.Equal((int)Blocks, runs);
        Assert.Equal(PageAllocator.None, _model.TakeSlab());
        _model.FreeAll();
        Assert.NotEqual(PageRuns.None, _model.Take(64, 64));
    }

    [Fact]
    public void WhatIsNoRunCannotBeFreedGrownOrShrunk()
    {
        nuint run = _model.Take(8, 1);
        nuint slab = _model.TakeSlab();
        nuint free = slab + 1;
        RunJournal journal = default;
        foreach (nuint block in new[] { run + 1, run + 7, slab, free, Arena.Header->First - 1 })
        {
            Assert.False(PageRuns.IsRunHead(Arena.AddressOf(block)));
            Assert.Equal((nuint)0, PageRuns.BlocksOf(block));
            Assert.False(PageRuns.TryFree(block, &journal));
            Assert.False(PageRuns.TryGrow(block, 9, &journal, out _));
            Assert.False(PageRuns.TryShrink(block, 1, &journal));
        }
        Assert.True(PageRuns.IsRunHead(Arena.AddressOf(run)));
        Assert.False(PageRuns.IsRunHead(Arena.AddressOf(run) + 8));
        Assert.False(PageRuns.IsRunHead(0x10000));
        _model.Check();
        _model.FreeAll();
        Assert.False(PageRuns.TryFree(run, &journal));
        _model.Check();
    }

    [Fact]
    public void ALengthThatIsNoneIsRefusedByGrowingAndShrinking()
    {
        RunJournal journal = default;
        nuint run = _model.Take(8, 1);
        foreach (nuint blocks in new nuint[] { 0, 8, 65 })
        {
            Assert.False(blocks != 0 && PageRuns.TryGrow(run, blocks, &journal, out _));
            Assert.False(blocks <= 8 && PageRuns.TryShrink(run, blocks, &journal));
        }
        Assert.False(PageRuns.TryGrow(run, 7, &journal, out _));
        Assert.False(PageRuns.TryShrink(run, 9, &journal));
        _model.Check();
    }

    [Fact]
    public void NoRunGrowsBeyondTheArena()
    {
        RunJournal journal = default;
        nuint[] runs = [.. Enumerable.Range(0, (int)Blocks).Select(_ => _model.Take(1, 1))];
        nuint last = runs.Max();
        Assert.Equal(Arena.Header->Blocks, last + 1);
        Assert.False(PageRuns.TryGrow(last, 2, &journal, out _));
        _model.Check();
    }

    [Fact]
    public void NoBlockOfARunHasACellForAFreeToFind()
    {
        nuint run = _model.Take(64, 64);
        for (nuint block = run; block < run + 64; block++) Assert.Equal(0UL, Arena.StateOf(block).Cell);
    }

    [Fact]
    public void ALongRunGoesBackToTheOsInOneCall()
    {
        nuint[] runs = [.. Enumerable.Range(0, 3).Select(_ => _model.Take(64, 1))];
        foreach (nuint run in runs) _model.Free(run);
        Assert.Equal(2, FreshWorld.Machine.Memory.Purges);
        Assert.Equal(64UL, Arena.Header->DirtyBlocks.Load());
        _model.Check();
    }
}
