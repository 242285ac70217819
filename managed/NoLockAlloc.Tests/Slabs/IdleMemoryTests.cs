// SPDX-License-Identifier: MIT

using System;
using System.Collections.Generic;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class IdleMemoryTests : IDisposable
{
    private const ulong BeatMilliseconds = 1 << (int)IdleMemory.BeatShift;

    private readonly FreshWorld _world = FreshWorld.WithBlocks(100);
    private readonly KmemCacheThread* _cell;

    public IdleMemoryTests()
    {
        FreshWorld.Machine.Milliseconds = 1_000_000;
        _world.Thread.Free(_world.Thread.Alloc(1024));
        _cell = _world.Thread.CellFor(1024);
        List<nuint> objects = [];
        for (int i = 0; i < 70 * 8; i++) objects.Add(_world.Thread.Alloc(8192));
        foreach (nuint address in objects) _world.Thread.Free(address);
        _cell->Lock.Take(0x12_3456_789a_bcd8);
        Assert.True(Dirty > 40, $"only {Dirty} blocks are idle");
    }

    private static ulong Dirty => Arena.Header->DirtyBlocks.Load();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void TheFirstLookOnlyBeginsToCount()
    {
        ulong before = Dirty;
        IdleMemory.Look(_cell, 0);
        Assert.Equal(before, Dirty);
        Assert.NotEqual(0UL, Arena.Header->Idle.Load());
    }

    [Fact]
    public void AtEachBeatSomeOfItGoesBackAndOnce()
    {
        IdleMemory.Look(_cell, 0);
        ulong before = Dirty;
        for (int beat = 1; beat <= 3; beat++)
        {
            FreshWorld.Machine.Milliseconds += BeatMilliseconds;
            IdleMemory.Look(_cell, 128);
            IdleMemory.Look(_cell, 256);
            Assert.Equal(before - (ulong)(beat * IdleMemory.BlocksABeat), Dirty);
        }
    }

    [Fact]
    public void OneCallInManyLooks()
    {
        IdleMemory.Look(_cell, 0);
        ulong before = Dirty;
        FreshWorld.Machine.Milliseconds += BeatMilliseconds;
        for (ulong calls = 129; calls < 256; calls++) IdleMemory.Look(_cell, calls);
        Assert.Equal(before, Dirty);
        IdleMemory.Look(_cell, 256);
        Assert.True(Dirty < before);
    }

    [Fact]
    public void InTheEndLittleIsIdleAndTheOtherBlocksAreFreeAndClean()
    {
        for (int beat = 0; beat < 60; beat++)
        {
            FreshWorld.Machine.Milliseconds += BeatMilliseconds;
            IdleMemory.Look(_cell, 0);
        }
        Assert.InRange(Dirty, 1UL, IdleMemory.Kept);
        int clean = 0;
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++)
        {
            BlockState state = Arena.StateOf(block);
            if (state.IsFree && !state.IsDirty) clean++;
        }
        Assert.True(clean > 40);
    }

    [Fact]
    public void TheHighestBlocksGoFirst()
    {
        IdleMemory.Look(_cell, 0);
        FreshWorld.Machine.Milliseconds += BeatMilliseconds;
        IdleMemory.Look(_cell, 0);
        nuint highest = 0;
        for (nuint block = Arena.Header->First; block < Arena.Header->HighBlock.Load(); block++)
        {
            if (Arena.StateOf(block).IsFree && Arena.StateOf(block).IsDirty) highest = block;
        }
        int above = 0;
        for (nuint block = highest + 1; block < Arena.Header->HighBlock.Load(); block++)
        {
            if (Arena.StateOf(block).IsFree) above++;
        }
        Assert.Equal(IdleMemory.BlocksABeat, above);
    }
}
