// SPDX-License-Identifier: MIT

using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class IrqWorkTests
{
    private const string Tiny = FreshWorld.Small + ",slub_tiny";
    private const string Rt = FreshWorld.Small + ",preempt_rt";

    [Fact]
    public void WithSlubTinyEveryFreeIsDoneByTheNextCall()
    {
        using FreshWorld world = new(Tiny);
        nuint address = world.Thread.Alloc(64);
        world.Thread.Free(address);
        Check(world, 4, deferred: 1, drained: 0);
        Assert.Equal(address, world.Thread.Alloc(64));
        Check(world, 4, deferred: 1, drained: 1);
        Assert.Equal((0UL, 2UL), (world.StatisticsOf(4).CachedObjects, world.StatisticsOf(4).AllocDirect));
    }

    [Fact]
    public void WithPreemptRtOnlyInterruptsDeferAndAreRefused()
    {
        using FreshWorld world = new(Rt);
        nuint address = world.Thread.Alloc(64);
        nuint other = world.Thread.Alloc(64);
        world.Thread.Free(address);
        Check(world, 4, deferred: 0, drained: 0);
        world.Thread.Task->EnterHardirq();
        Assert.Equal((nuint)0, world.Thread.Alloc(64));
        Assert.Equal((nuint)16, world.Thread.Alloc(0));
        world.Thread.Free(other);
        Check(world, 4, deferred: 1, drained: 0);
        world.Thread.Task->TryExitHardirq();
        Assert.Equal((nuint)1, world.Thread.Drain());
        Check(world, 4, deferred: 1, drained: 1);
        Assert.NotEqual(0UL, world.StatisticsOf(4).CachedObjects);
    }

    [Theory]
    [InlineData(Tiny)]
    [InlineData(Rt)]
    public void TheThreadsEndDoesWhatIsLeft(string options)
    {
        using FreshWorld world = new(options);
        nuint address = world.Thread.Alloc(64);
        world.Thread.Task->EnterNmi();
        world.Thread.Free(address);
        world.Thread.Exit();
        Check(world, 4, deferred: 1, drained: 1);
    }

    [Fact]
    public void WhoeverGetsTheBlockDoesWhatAnEndedThreadLeft()
    {
        using FreshWorld world = new(Tiny);
        FakeThread gone = world.NewThread();
        gone.Free(gone.Alloc(64));
        ulong id = gone.Id;
        gone.IsGone = true;
        Check(world, 4, deferred: 1, drained: 0);
        world.Thread.Trim();
        Check(world, 4, deferred: 1, drained: 1);
        Assert.NotEqual(0UL, id);
    }

    [Fact]
    public void AFullListSendsObjectsToTheirSlabs()
    {
        using FreshWorld world = new(Rt);
        nuint[] objects = new nuint[IrqWork.Slots + 3];
        for (int i = 0; i < objects.Length; i++) objects[i] = world.Thread.Alloc(64);
        world.Thread.Task->EnterNmi();
        foreach (nuint address in objects) world.Thread.Free(address);
        Check(world, 4, deferred: IrqWork.Slots, drained: 0);
        Assert.Equal(3UL, world.StatisticsOf(4).FreeDirect);
        world.Thread.Task->TryExitNmi();
        Assert.Equal((nuint)IrqWork.Slots, world.Thread.Drain());
        Assert.Equal(0UL, world.StatisticsOf(4).LiveObjects);
    }

    [Theory]
    [InlineData(Tiny)]
    [InlineData(Rt)]
    public void ASecondFreeIsReportedAndTheFirstDone(string options)
    {
        using FreshWorld world = new(options);
        nuint address = world.Thread.Alloc(64);
        world.Thread.Task->EnterNmi();
        world.Thread.Free(address);
        world.Thread.Free(address);
        world.Thread.Task->TryExitNmi();
        Assert.Contains("is free already", FreshWorld.Machine.Output);
        Assert.Equal((nuint)1, world.Thread.Drain());
        Assert.Equal(0UL, world.StatisticsOf(4).LiveObjects);
    }

    /// <summary>An interrupted call, or one that looks like that for ever, does not keep the list.</summary>
    [Fact]
    public void AnObjectWhoseCellIsInUseGoesPastIt()
    {
        using FreshWorld world = new(Tiny);
        nuint address = world.Thread.Alloc(64);
        world.Thread.Free(address);
        world.Thread.Run(frame =>
        {
            Assert.True(CellGuard.TryEnter(world.Thread.CellFor(64), frame));
            Assert.Equal((nuint)1, world.Thread.Drain());
            return 0;
        });
        Check(world, 4, deferred: 1, drained: 1);
        Assert.Equal(0UL, world.StatisticsOf(4).LiveObjects);
    }

    [Fact]
    public void TheHintCoversEverySlotThatIsFilled()
    {
        IrqWorkWord word = default;
        Assert.Equal(0, word.End);
        IrqWorkWord first = word.Filled(0);
        Assert.Equal((1, 6), (first.End, first.Filled(5).End));
        Assert.Equal(6, first.Filled(5).Filled(2).End);
        Assert.Equal(0, first.Done().End);
        Assert.NotEqual(first.Value, first.Done().Filled(0).Value);
    }

    private static void Check(FreshWorld world, int bucket, ulong deferred, ulong drained)
    {
        var of = world.StatisticsOf(bucket);
        Assert.Equal((deferred, drained), (of.DeferFree, of.DeferFreeDrained));
    }
}
