// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class ThreadBlocksTests
{
    [Fact]
    public void AThreadsFirstCallClaimsABlock()
    {
        using FreshWorld world = new();
        Assert.Equal(0UL, world.Thread.Id);
        world.Thread.Alloc(8);
        Assert.Equal(1UL, world.Thread.Id);
        Assert.True(ThreadState.Of(1) == world.Thread.Block);
        ThreadWord word = new(ThreadState.WordOf(1).Load());
        Assert.Equal((ThreadWord.KindLive, world.Thread.Number), (word.Kind, word.Thread));
        world.Thread.Alloc(8);
        Assert.Equal(1UL, world.Statistics().ThreadBlocksInUse);
    }

    [Fact]
    public void EndedThreadsBlocksAreTakenLowestFirst()
    {
        using FreshWorld world = new();
        FakeThread[] threads = Enumerable.Range(0, 4).Select(_ => Started(world)).ToArray();
        Assert.Equal([1UL, 2, 3, 4], threads.Select(thread => thread.Id));
        threads[2].Exit();
        threads[0].Exit();
        Assert.Equal(0UL, threads[0].Id);
        Assert.Equal(ThreadWord.KindFree, new ThreadWord(ThreadState.WordOf(1).Load()).Kind);
        Assert.Equal(1UL, Started(world).Id);
        Assert.Equal(3UL, Started(world).Id);
        Assert.Equal(4UL, world.Statistics().ThreadBlocksHigh);
    }

    [Fact]
    public void AnEndedThreadsArraysPassToTheNextOne()
    {
        using FreshWorld world = new();
        nuint address = world.Thread.Alloc(64);
        world.Thread.Free(address);
        ulong head = world.Thread.CellFor(64)->Head.Get();
        world.Thread.Exit();
        FakeThread next = world.NewThread();
        Assert.Equal(address, next.Alloc(64));
        Assert.Equal(head - 1, next.CellFor(64)->Head.Get());
        Assert.Equal(1UL, world.StatisticsOf(4).AllocSlab);
    }

    [Fact]
    public void MoreThreadsThanBlocksAreServedAllTheSame()
    {
        using FreshWorld world = new("arena=1m,threads=2");
        Started(world);
        Started(world);
        FakeThread third = world.NewThread();
        HashSet<nuint> objects = [];
        for (int i = 0; i < 20; i++) Assert.True(objects.Add(third.Alloc(64)));
        Assert.DoesNotContain((nuint)0, objects);
        Assert.Equal(0UL, third.Id);
        foreach (nuint address in objects) third.Free(address);
        Assert.Equal((20UL, 20UL), (world.StatisticsOf(4).AllocDirect, world.StatisticsOf(4).FreeDirect));
        Assert.Equal("", FreshWorld.Machine.Output);
    }

    [Fact]
    public void AThreadThatHadToDoWithoutGetsABlockWhenOneIsFree()
    {
        using FreshWorld world = new("arena=1m,threads=1");
        FakeThread first = Started(world);
        FakeThread second = Started(world);
        Assert.Equal(0UL, second.Id);
        first.Exit();
        second.Alloc(8);
        Assert.Equal(1UL, second.Id);
    }

    [Fact]
    public void ThreadsThatEndedWithoutAWordAreReaped()
    {
        using FreshWorld world = new("arena=1m,threads=3");
        FakeThread[] threads = [Started(world), Started(world), Started(world)];
        threads[1].IsGone = true;
        Assert.Equal(2UL, Started(world).Id);
        Assert.Equal(0UL, Started(world).Id);
        Assert.Equal([1UL, 2, 3], threads.Select(thread => thread.Id));
    }

    [Fact]
    public void TheyAreReapedInTimeAlsoWhileThereAreFreeBlocks()
    {
        using FreshWorld world = new("arena=16m,threads=16");
        FakeThread[] threads = [.. Enumerable.Range(0, 12).Select(_ => Started(world))];
        foreach (FakeThread ended in threads[..4]) ended.Exit();
        foreach (FakeThread gone in threads[4..8]) gone.IsGone = true;
        Assert.Equal(8UL, world.Statistics().ThreadBlocksInUse);
        for (int i = 0; i < 12 / 4; i++) Started(world).Exit();
        Assert.Equal(4UL, world.Statistics().ThreadBlocksInUse);
    }

    [Fact]
    public void ALockThatAGoneThreadHeldIsFoundByTheNextOwner()
    {
        using FreshWorld world = new("arena=1m,threads=1");
        FakeThread gone = Started(world);
        gone.CellFor(64)->Lock.Take(gone.Stack.Enter());
        gone.IsGone = true;
        FakeThread next = Started(world);
        Assert.Equal(1UL, next.Id);
        Assert.True(next.CellFor(64)->Lock.IsFree);
        Assert.Equal(1UL, world.StatisticsOf(4).LockRecovered);
    }

    [Fact]
    public void AThreadsEndIsWatchedAsSoonAsThatCanBeHad()
    {
        using FreshWorld world = new();
        FreshWorld.Machine.CanWatchThreads = false;
        world.Thread.Alloc(64);
        Assert.Equal(0UL, world.Thread.Block->IsWatched.Get());
        FreshWorld.Machine.CanWatchThreads = true;
        world.Thread.Alloc(8);
        Assert.Equal(1UL, world.Thread.Block->IsWatched.Get());
    }

    [Fact]
    public void ExitWithoutABlockAndCallsAfterExitAreServed()
    {
        using FreshWorld world = new();
        world.Thread.Exit();
        Assert.Equal(0UL, world.Thread.Id);
        nuint address = world.Thread.Alloc(8);
        world.Thread.Exit();
        world.Thread.Free(address);
        Assert.Equal(1UL, world.Thread.Id);
        Assert.NotEqual((nuint)0, world.Thread.Alloc(8));
        world.Thread.Exit();
        Assert.Equal(0UL, world.Statistics().ThreadBlocksInUse);
    }

    [Fact]
    public void AVisitIsToABlockThatNobodyOwns()
    {
        using FreshWorld world = new();
        FakeThread ended = Started(world);
        FakeThread visitor = Started(world);
        visitor.Run(frame =>
        {
            Assert.True(ThreadBlocks.TryVisit(1, frame) == null);
            ended.Exit();
            ThreadState* visited = ThreadBlocks.TryVisit(1, frame);
            Assert.True(visited == ThreadState.Of(1));
            Assert.Equal(ThreadWord.KindClaiming, new ThreadWord(ThreadState.WordOf(1).Load()).Kind);
            ThreadBlocks.Leave(visited);
            Assert.Equal(ThreadWord.KindFree, new ThreadWord(ThreadState.WordOf(1).Load()).Kind);
            return 0;
        });
    }

    [Fact]
    public void AVisitToAnyBlockTakesAFreeOneThenAnUnusedOneThenASpareOne()
    {
        using FreshWorld world = new("arena=1m,threads=3");
        Started(world);
        FakeThread ended = Started(world);
        ended.Exit();
        Assert.Equal([2UL, 3, 4, 5], Enumerable.Range(0, 4).Select(_ => Visited(world.NewThread())));
        ThreadBlocks.Leave(ThreadState.Of(4));
        Assert.Equal(4UL, Visited(world.NewThread()));
        ThreadBlocks.Leave(ThreadState.Of(4));
        Assert.Equal(0UL, Started(world).Id);
    }

    private static ulong Visited(FakeThread visitor) =>
        visitor.Run(frame => (nuint)ThreadBlocks.VisitAny(frame)->Id);

    private static FakeThread Started(FreshWorld world)
    {
        FakeThread thread = world.NewThread();
        Assert.NotEqual((nuint)0, thread.Alloc(64));
        return thread;
    }
}
