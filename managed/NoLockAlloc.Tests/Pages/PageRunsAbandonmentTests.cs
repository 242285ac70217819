// SPDX-License-Identifier: MIT
// Each operation on runs is abandoned before each of its accesses, and so is the settling after it. Then
// nothing is lost, but for the run in hand of a call that was abandoned twice: while it was taken, and while
// that was settled.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Pages;

public sealed unsafe class PageRunsAbandonmentTests : IDisposable
{
    private const nuint Blocks = 12;
    private const int InHand = 4;

    private readonly RunJournal* _journal = (RunJournal*)NativeMemory.AllocZeroed(RunJournal.Bytes);
    private readonly HashSet<nuint> _runs = [];
    private nuint _run;

    public void Dispose() => NativeMemory.Free(_journal);

    [Fact]
    public void ATake() => AbandonEverywhere(
        () => { }, () => Begin(InHand), inHand: InHand);

    [Fact]
    public void ATakeOfDirtyBlocks() => AbandonEverywhere(
        () =>
        {
            Begin(InHand);
            PageRuns.TryFree(_run, _journal);
        },
        () => Begin(InHand), inHand: InHand);

    [Fact]
    public void ATakeThatFindsAStaleHint() => AbandonEverywhere(
        () =>
        {
            Begin(2);
            for (nuint block = _run; block < _run + 2; block++) PageAllocator.FreeMap.Add(block);
        },
        () => Begin(InHand), inHand: InHand);

    [Fact]
    public void AFree() => AbandonEverywhere(
        () => Begin(InHand), () => PageRuns.TryFree(_run, _journal), inHand: 0);

    [Fact]
    public void AFreeThatGivesTheMemoryBack() => AbandonEverywhere(
        () =>
        {
            Begin(InHand);
            Arena.Header->DirtyBlocks.Store(1000);
        },
        () => PageRuns.TryFree(_run, _journal), inHand: 0);

    [Fact]
    public void AGrowth() => AbandonEverywhere(
        () => BeginWithRoom(2), () => PageRuns.TryGrow(_run, 5, _journal, out _), inHand: 0);

    [Fact]
    public void AGrowthThatHasNoRoom() => AbandonEverywhere(
        () =>
        {
            BeginWithRoom(2);
            nuint between = _run + 4;
            Arena.State(between).Store(Arena.StateOf(between).ToSlab(1408, 0).Value);
        },
        () => PageRuns.TryGrow(_run, 6, _journal, out _), inHand: 0);

    [Fact]
    public void AShrinkage() => AbandonEverywhere(
        () => Begin(InHand), () => PageRuns.TryShrink(_run, 1, _journal), inHand: 0);

    private void Begin(nuint blocks)
    {
        _run = PageRuns.Take(blocks, 1, _journal, out _);
        _runs.Add(_run);
    }

    /// <summary>The run has free blocks above it.</summary>
    private void BeginWithRoom(nuint blocks)
    {
        nuint above = PageRuns.Take(6, 1, _journal, out _);
        Begin(blocks);
        PageRuns.TryFree(above, _journal);
    }

    private void AbandonEverywhere(Action prepare, Action act, int inHand)
    {
        bool isAbandoned = true;
        for (int at = 0; isAbandoned; at++)
        {
            bool isSettlingAbandoned = isAbandoned;
            for (int settlingAt = 0; isSettlingAbandoned; settlingAt++)
            {
                using FreshWorld world = FreshWorld.WithBlocks(Blocks);
                _runs.Clear();
                *_journal = default;
                _journal->Owner = 3;
                prepare();
                isAbandoned = Interruption.Run(act, at, () => throw new AbandonedCall());
                isSettlingAbandoned = Interruption.Run(
                    () => RunRecovery.Settle(_journal), settlingAt, () => throw new AbandonedCall());
                RunRecovery.Settle(_journal);
                Check(isSettlingAbandoned ? inHand : 0, $"at {at}, settling at {settlingAt}");
            }
        }
    }

    private void Check(int mayLose, string where)
    {
        PageAllocator.Audit();
        int orphans = 0;
        nuint block = Arena.Header->First;
        while (block < Arena.Header->Blocks)
        {
            BlockState state = Arena.StateOf(block);
            Assert.NotEqual(BlockState.KindRunMoving, state.Kind);
            if (state.IsRunHead) CheckRun(block, state.Blocks);
            if (state.Kind == BlockState.KindRunPart) orphans++;
            if (state.IsRunHead && !_runs.Contains(block)) orphans += (int)state.Blocks;
            block += state.IsRunHead ? state.Blocks : 1;
        }
        Assert.True(orphans <= mayLose, $"{orphans} blocks are lost: {where}");
    }

    private static void CheckRun(nuint first, nuint blocks)
    {
        for (nuint i = 1; i < blocks; i++)
        {
            Assert.Equal(BlockState.KindRunPart, Arena.StateOf(first + i).Kind);
        }
    }
}
