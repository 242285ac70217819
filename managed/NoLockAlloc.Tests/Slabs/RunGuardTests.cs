// SPDX-License-Identifier: MIT
// Calls that move runs, one inside the other, abandoned, in ended threads and in forked children. Every block
// that was not handed out can be had again.

using System;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class RunGuardTests : IDisposable
{
    private const nuint Blocks = 40;

    private FreshWorld _world = FreshWorld.WithBlocks(Blocks);
    private Ledger _ledger = new();

    private FakeThread Thread => _world.Thread;

    public void Dispose() => _world.Dispose();

    [Fact]
    public void TwoCallsInsideEachOtherHaveTheThreadsJournalsAndTheThirdItsOwn()
    {
        _ledger.TakeRun(Thread, 1);
        InJournal(first => InJournal(second => InJournal(third =>
        {
            Assert.Equal((1UL, 0UL), (((RunJournal*)first)->Owner, ((RunJournal*)first)->Number));
            Assert.Equal((1UL, 1UL), (((RunJournal*)second)->Owner, ((RunJournal*)second)->Number));
            Assert.Equal(0UL, ((RunJournal*)third)->Owner);
            _ledger.TakeRun(Thread, 5);
        })));
        InJournal(again => Assert.Equal(0UL, ((RunJournal*)again)->Number));
        Assert.Equal(2, _ledger.LiveRuns.Count);
    }

    [Fact]
    public void AThreadWithoutABlockIsServedToo()
    {
        _ledger.TakeRun(Thread, 1);
        nuint first = _world.NewThread().Run(frame => Runs.Take(null, 3, 1, frame, out _));
        Assert.Equal((nuint)3, PageRuns.BlocksOf(first));
        Assert.Equal(1u, Thread.Run(frame => Runs.TryFree(null, first, frame) ? 1u : 0));
        CheckAllCanBeHad();
    }

    [Fact]
    public void BothOfTwoAbandonedCallsInsideEachOtherAreSettled()
    {
        _ledger.TakeRun(Thread, 1);
        AbandonTwice();
        CheckAllCanBeHad();
    }

    /// <summary>Wherever the one is, and wherever the other: also where both are about to claim the same
    /// blocks.</summary>
    [Fact]
    public void WhatTheTwoHadInHandIsToldApart()
    {
        bool has = true;
        for (int outer = 0; has; outer++)
        {
            for (int inner = 30; inner < 70; inner += 5)
            {
                _world.Dispose();
                _world = FreshWorld.WithBlocks(Blocks);
                _ledger = new Ledger();
                _ledger.TakeRun(Thread, 1);
                has = Interruption.Run(TakeTen, outer, () =>
                {
                    Interruption.Run(TakeTen, inner, () => throw new AbandonedCall());
                    throw new AbandonedCall();
                });
                CheckAllCanBeHad(Thread, mayLose: 20);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheRunInHandOfAnEndedThreadIsFreedByTheNextOwnerOfItsBlock(bool saysSo)
    {
        _ledger.TakeRun(Thread, 1);
        AbandonTwice();
        if (saysSo) Thread.Exit();
        Thread.IsGone = true;
        FakeThread next = _world.NewThread();
        CheckAllCanBeHad(next);
    }

    [Fact]
    public void AForkedChildFreesWhatOtherThreadsHadInHand()
    {
        FakeThread other = _world.NewThread();
        _ledger.TakeRun(other, 1);
        _ledger.TakeRun(Thread, 1);
        AbandonTwice();
        FreshWorld.Machine.Fork(other);
        Thread.IsGone = true;
        CheckAllCanBeHad(other);
    }

    [Fact]
    public void ReclaimFreesWhatTheThreadsAbandonedCallsHadInHand()
    {
        _ledger.TakeRun(Thread, 1);
        AbandonTwice();
        Thread.Trim();
        Assert.Equal((nuint)0, ThreadState.RunJournal(Thread.Block, 0)->First);
        Assert.Equal((int)(Blocks - 1) * 8, _ledger.FillUp(Thread, KmemCache.MaximumSize));
    }

    /// <summary>Nothing has overwritten the frame of the abandoned call: it may yet go on.</summary>
    [Fact]
    public void AJournalThatLooksHeldIsLeftAlone()
    {
        _ledger.TakeRun(Thread, 1);
        Thread.Stack.KeepsOldFrames = true;
        Thread.Run(_ =>
        {
            Abandon(TakeTen);
            return 0;
        });
        Assert.NotEqual((nuint)0, ThreadState.RunJournal(Thread.Block, 0)->First);
        nuint run = _ledger.TakeRun(Thread, 7);
        Assert.NotEqual(PageRuns.None, run);
        Assert.NotEqual((nuint)0, ThreadState.RunJournal(Thread.Block, 0)->First);
        Thread.Stack.KeepsOldFrames = false;
        Thread.Run(_ => Thread.Run(_ => 0));
        CheckAllCanBeHad();
    }

    private delegate void InGuard(nint journal);

    private void InJournal(InGuard what) => Thread.Run(frame =>
    {
        RunJournal inFrame = default;
        RunJournal* journal = RunGuard.Enter(Thread.Block, &inFrame, frame);
        what((nint)journal);
        RunGuard.Leave(journal);
        return 0;
    });

    private void TakeTen() => Thread.Run(frame => Runs.Take(Thread.Block, 10, 1, frame, out _));

    /// <summary>In the middle.</summary>
    private static void Abandon(Action call) =>
        Assert.True(Interruption.Run(call, 45, () => throw new AbandonedCall()));

    /// <summary>A call, and a second one in a handler that interrupted it.</summary>
    private void AbandonTwice() => Assert.True(Interruption.Run(TakeTen, 45, () =>
    {
        Abandon(TakeTen);
        Assert.NotEqual((nuint)0, ThreadState.RunJournal(Thread.Block, 0)->First);
        Assert.NotEqual((nuint)0, ThreadState.RunJournal(Thread.Block, 1)->First);
        throw new AbandonedCall();
    }));

    private void CheckAllCanBeHad() => CheckAllCanBeHad(Thread);

    /// <summary>What may be lost is whole runs, past the end of their journals.</summary>
    private void CheckAllCanBeHad(FakeThread thread, nuint mayLose = 0)
    {
        thread.Trim();
        nuint had = 0;
        nuint lost = 0;
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++)
        {
            nuint length = PageRuns.BlocksOf(block);
            had += length;
            if (!_ledger.LiveRuns.ContainsKey(block)) lost += length;
        }
        Assert.InRange(lost, (nuint)0, mayLose);
        for (; had < Blocks; had++) Assert.NotEqual(PageRuns.None, _ledger.TakeRun(thread, 1));
        Assert.Equal(PageRuns.None, _ledger.TakeRun(thread, 1));
    }
}
