// SPDX-License-Identifier: MIT

using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class ForkEpochTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void InTheChildTheOtherThreadsBlocksAreFree(bool canWipe)
    {
        using FreshWorld world = Forkable(canWipe, out FakeThread forking);
        FreshWorld.Machine.Fork(forking);
        Assert.NotEqual((nuint)0, forking.Alloc(512));
        Assert.Equal(2UL, forking.Id);
        Assert.Equal(ThreadWord.KindFree, new ThreadWord(ThreadState.WordOf(1).Load()).Kind);
        Assert.Equal(ThreadWord.KindFree, new ThreadWord(ThreadState.WordOf(3).Load()).Kind);
        ThreadWord own = new(ThreadState.WordOf(2).Load());
        Assert.Equal((ThreadWord.KindLive, forking.Number), (own.Kind, own.Thread));
        Assert.Equal(1UL, world.Statistics().ThreadBlocksInUse);

        FakeThread next = world.NewThread();
        next.Alloc(8);
        Assert.Equal(1UL, next.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AForkedThreadThatHadNoBlockFreesThoseOfTheParent(bool canWipe)
    {
        using FreshWorld world = Forkable(canWipe, out _);
        FakeThread forking = world.NewThread();
        FreshWorld.Machine.Fork(forking);
        Assert.NotEqual((nuint)0, forking.Alloc(512));
        Assert.Equal(1UL, world.Statistics().ThreadBlocksInUse);
        Assert.NotEqual(0UL, forking.Id);
    }

    [Fact]
    public void AChildsFirstThreadHasYetToAdoptWhenItHasJustClaimed()
    {
        using FreshWorld world = Forkable(true, out _);
        FakeThread forking = world.NewThread();
        FreshWorld.Machine.Fork(forking);
        forking.Run(frame =>
        {
            Assert.Equal(0UL, ForkEpoch.OfClaim(ForkEpoch.Current()));
            return 0;
        });
        forking.Alloc(64);
        Assert.Equal(ForkEpoch.Current(), forking.Block->Stamp.Get());
        Assert.Equal(1UL, world.Statistics().ThreadBlocksInUse);
        FakeThread second = world.NewThread();
        second.Run(frame =>
        {
            Assert.Equal(ForkEpoch.Current(), ForkEpoch.OfClaim(ForkEpoch.Current()));
            return 0;
        });
    }

    [Fact]
    public void EachForkHasAStampOfItsOwn()
    {
        using FreshWorld world = Forkable(true, out FakeThread forking);
        for (ulong forks = 2; forks < 6; forks++)
        {
            FreshWorld.Machine.Fork(forking);
            forking.Alloc(512);
            Assert.Equal(forks, forking.Block->Stamp.Get());
            Assert.Equal(forks, ForkEpoch.Current());
            Assert.Equal(forks, new ThreadWord(ThreadState.WordOf(2).Load()).Stamp);
            while (forking.CellFor(512)->Head.Get() != 0) forking.Alloc(512);
        }
    }

    [Fact]
    public void WithoutAForkNothingChanges()
    {
        using FreshWorld world = Forkable(true, out _);
        world.Thread.Alloc(2048);
        Assert.Equal(3UL, world.Statistics().ThreadBlocksInUse);
        Assert.Equal(1UL, ForkEpoch.Current());
    }

    private static FreshWorld Forkable(bool canWipe, out FakeThread second)
    {
        FreshWorld world = new();
        FreshWorld.Machine.CanWipeOnFork = canWipe;
        second = world.NewThread();
        foreach (FakeThread thread in new[] { world.Thread, second, world.NewThread() }) thread.Alloc(64);
        Assert.Equal(2UL, second.Id);
        return world;
    }
}
