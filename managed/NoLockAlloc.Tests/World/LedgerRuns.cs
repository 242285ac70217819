// SPDX-License-Identifier: MIT
// Who owns which run of blocks. A run is known by its first block.

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using Xunit;

namespace NoLockAlloc.Tests.World;

internal sealed unsafe partial class Ledger
{
    private readonly SortedDictionary<nuint, nuint> _runs = [];

    /// <summary>What the program owns: the first block and the length.</summary>
    internal IReadOnlyDictionary<nuint, nuint> LiveRuns => _runs;

    /// <summary>PageRuns.None where there is no room; never where there is. As Alloc.</summary>
    internal nuint TakeRun(FakeThread thread, nuint blocks)
    {
        int frees = _frees;
        nuint first = TryTakeRun(thread, blocks);
        if (first == PageRuns.None && frees != _frees) first = TryTakeRun(thread, blocks);
        if (first != PageRuns.None) return first;
        AccessHook hook = Atomic.Hook;
        Atomic.Hook = null;
        Assert.False(HasRoomForRun(blocks), "None, but there is room.");
        Atomic.Hook = hook;
        return first;
    }

    /// <summary>None is no failure: another thread may have had a block for a moment.</summary>
    internal nuint TryTakeRun(FakeThread thread, nuint blocks)
    {
        nuint first = thread.Run(frame =>
            Runs.Take(Current(thread, frame), blocks, 1, frame, out _));
        if (first == PageRuns.None) return first;
        AccessHook hook = Atomic.Hook;
        Atomic.Hook = null;
        Expect.Equal(blocks, PageRuns.BlocksOf(first));
        EnterRun(first, blocks);
        Atomic.Hook = hook;
        return first;
    }

    internal void FreeRun(FakeThread thread, nuint first)
    {
        _frees++;
        Assert.True(_runs.Remove(first));
        Expect.Equal(1, thread.Run(frame =>
            Runs.TryFree(Current(thread, frame), first, frame) ? 1u : 0));
    }

    internal bool TryGrowRun(FakeThread thread, nuint first, nuint blocks)
    {
        bool isLonger = thread.Run(frame =>
            Runs.TryGrow(Current(thread, frame), first, blocks, frame, out _) ? 1u : 0) != 0;
        if (!isLonger) return false;
        Assert.True(_runs.Remove(first));
        EnterRun(first, blocks);
        return true;
    }

    internal void ShrinkRun(FakeThread thread, nuint first, nuint blocks)
    {
        _frees++;
        _runs[first] = blocks;
        Expect.Equal(1, thread.Run(frame =>
            Runs.TryShrink(Current(thread, frame), first, blocks, frame) ? 1u : 0));
    }

    /// <summary>The program has lost it.</summary>
    internal void ForgetRun(nuint first) => Assert.True(_runs.Remove(first));

    internal bool IsInARun(nuint block) =>
        _runs.Count != 0 && _runs.Any(run => run.Key <= block && block < run.Key + run.Value);

    private static ThreadState* Current(FakeThread thread, ulong frame) =>
        ThreadBlocks.Current(thread.Block, frame);

    /// <summary>On one node.</summary>
    private static bool HasRoomForRun(nuint blocks)
    {
        nuint free = 0;
        nuint node = 0;
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks && free < blocks; block++)
        {
            if (Nodes.Of(block) != node) free = 0;
            node = Nodes.Of(block);
            free = Arena.StateOf(block).IsFree ? free + 1 : 0;
        }
        return free == blocks;
    }

    internal void EnterRun(nuint first, nuint blocks)
    {
        Assert.True(first >= Arena.Header->First && first + blocks <= Arena.Header->Blocks);
        for (nuint block = first; block < first + blocks; block++)
        {
            Assert.False(IsInARun(block), "A block was handed out twice.");
            Assert.False(_blocks.ContainsKey(block), "A run lies across objects.");
        }
        _runs.Add(first, blocks);
    }
}
