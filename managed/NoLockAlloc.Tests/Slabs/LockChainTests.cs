// SPDX-License-Identifier: MIT
// Each breach of a rule is planted; and what the allocator does by itself is none.

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class LockChainTests
{
    /// <summary>The inner call finds the outer one's frame gone, and takes its lock; then the outer one goes
    /// on all the same.</summary>
    [Fact]
    public void ALockThatIsTakenTwiceIsReportedWithTheChainOfCellsThatAreHeld()
    {
        using FreshWorld world = Watched();
        FakeThread thread = world.Thread;
        thread.Run(outer =>
        {
            Assert.True(CellGuard.TryEnter(thread.CellFor(64), outer));
            Assert.True(CellGuard.TryEnter(thread.CellFor(96), outer));
            thread.Run(middle =>
            {
                Assert.True(CellGuard.TryEnter(thread.CellFor(512), middle));
                ulong* returnAddress = (ulong*)LocalLock.FrameAddress(outer);
                ulong kept = *returnAddress;
                *returnAddress = 0;
                thread.Run(inner =>
                {
                    Assert.True(CellGuard.TryEnter(thread.CellFor(64), inner));
                    CellGuard.Leave(thread.CellFor(64), inner);
                    return 0;
                });
                *returnAddress = kept;
                return 0;
            });
            CellGuard.Leave(thread.CellFor(64), outer);
            return 0;
        });
        Assert.Equal("nolockalloc: lockdep: kmalloc-64 was taken again while it was held; thread block 1 holds " +
            "kmalloc-96 -> kmalloc-512 -> kmalloc-64\n", FreshWorld.Machine.Output);
        Assert.Equal(1, FreshWorld.Machine.Writes);
    }

    [Fact]
    public void OneCallHoldsTwoCellsAtMost()
    {
        using FreshWorld world = Watched();
        world.Thread.Run(frame =>
        {
            foreach (nuint size in new nuint[] { 64, 96 })
            {
                Assert.True(CellGuard.TryEnter(world.Thread.CellFor(size), frame));
            }
            Assert.Equal("", FreshWorld.Machine.Output);
            Assert.True(CellGuard.TryEnter(world.Thread.CellFor(8), frame));
            return 0;
        });
        Assert.Contains("kmalloc-8 is the third that one call holds; thread block 1 holds kmalloc-64 -> " +
            "kmalloc-96 -> kmalloc-8", FreshWorld.Machine.Output);
    }

    [Fact]
    public void AVisitUsesOnlyTheVisitedBlock()
    {
        using FreshWorld world = Watched();
        ulong other = EndedThread(world);
        world.Thread.Run(frame =>
        {
            Assert.True(ThreadBlocks.TryVisit(other, frame) != null);
            Assert.True(CellGuard.TryEnter(world.Thread.CellFor(64), frame));
            return 0;
        });
        Assert.Contains("kmalloc-64 is taken under another block's ClaimLock", FreshWorld.Machine.Output);
    }

    [Fact]
    public void AVisitedBlocksCellsAreTakenUnderItsClaimLock()
    {
        using FreshWorld world = Watched();
        ulong other = EndedThread(world);
        world.Thread.Run(frame =>
        {
            ThreadState* visited = ThreadBlocks.TryVisit(other, frame);
            visited->ClaimLock.Release();
            Assert.True(CellGuard.TryEnter(ThreadState.Cell(visited, 1), frame));
            return 0;
        });
        Assert.Contains("kmalloc-8 is taken without its block's ClaimLock", FreshWorld.Machine.Output);
    }

    [Fact]
    public void ClaimLocksDoNotNestInOneCall()
    {
        using FreshWorld world = Watched();
        FakeThread one = world.NewThread();
        FakeThread two = world.NewThread();
        one.Alloc(64);
        two.Alloc(64);
        (ulong first, ulong second) = (one.Id, two.Id);
        one.Exit();
        two.Exit();
        world.Thread.Run(frame =>
        {
            Assert.True(ThreadBlocks.TryVisit(first, frame) != null);
            Assert.Equal("", FreshWorld.Machine.Output);
            Assert.True(ThreadBlocks.TryVisit(second, frame) != null);
            return 0;
        });
        Assert.Contains("claimed under another block's ClaimLock", FreshWorld.Machine.Output);
    }

    /// <summary>Every path that takes locks, exhaustion and its visits among them.</summary>
    [Fact]
    public void TheAllocatorKeepsTheRules()
    {
        using FreshWorld world = Watched();
        EndedThread(world);
        nuint last = 0;
        for (int i = 0; i < 5000; i++)
        {
            nuint address = world.Thread.Alloc(i % 2 == 0 ? 8192U : 1024U);
            if (address == 0) break;
            if (i % 3 == 0) world.Thread.Free(last);
            last = i % 3 == 0 ? 0 : address;
        }
        Assert.Equal((nuint)0, world.Thread.Alloc(8192));
        world.Thread.Trim();
        world.Thread.Drain();
        world.Thread.Exit();
        world.NewThread().Alloc(8);
        Assert.Equal("", FreshWorld.Machine.Output);
        Assert.InRange(Arena.Header->LockClock.Load(), 100UL, ulong.MaxValue);
    }

    [Fact]
    public void NoCallTakesAFastPath()
    {
        using FreshWorld world = Watched();
        ulong locks = Arena.Header->LockClock.Load();
        nuint address = world.Thread.Alloc(64);
        world.Thread.Free(address);
        Assert.Equal(locks + 2, Arena.Header->LockClock.Load());
    }

    private static FreshWorld Watched()
    {
        FreshWorld world = new();
        Lockdep.IsOn = true;
        world.Thread.Free(world.Thread.Alloc(64));
        return world;
    }

    /// <summary>The number of a block that nobody owns.</summary>
    private static ulong EndedThread(FreshWorld world)
    {
        FakeThread other = world.NewThread();
        other.Free(other.Alloc(64));
        ulong id = other.Id;
        other.Exit();
        return id;
    }
}
