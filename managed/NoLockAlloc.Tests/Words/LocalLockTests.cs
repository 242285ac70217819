// SPDX-License-Identifier: MIT

using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed unsafe class LocalLockTests
{
    private const ulong Returning = 0x7f1234_56789a;

    [Fact]
    public void AFreeLockIsTakenAndFreed()
    {
        using FreshWorld world = new();
        LocalLock lockOfCell = default;
        Assert.True(lockOfCell.IsFree);
        Assert.True(lockOfCell.TryTake(world.Thread.Stack.Enter(), out bool wasAbandoned));
        Assert.False(wasAbandoned);
        Assert.False(lockOfCell.IsFree);
        lockOfCell.Free();
        Assert.True(lockOfCell.IsFree);
    }

    [Fact]
    public void AFrameIsAnAddressAndATag()
    {
        ulong frame = LocalLock.Frame(0x7fff_1234_5678, Returning);
        Assert.Equal(0x7fff_1234_5678UL, LocalLock.FrameAddress(frame));
        Assert.Equal(Returning & 0xffff, frame >> 48);
    }

    /// <summary>The lower half decides, and no frame has 0 or 1 there.</summary>
    [Theory]
    [InlineData(0x7fff_0000_0000UL)]
    [InlineData(0x7fff_0000_0008UL)]
    [InlineData(0x7fff_ffff_fff8UL)]
    public void AFrameAnywhereIsSeenAsHeldAndWhatIsLeftAboveItsLowerHalfAsFree(ulong address)
    {
        using FreshWorld world = new();
        ulong frame = LocalLock.Frame(address, Returning);
        Assert.Equal(address, LocalLock.FrameAddress(frame));
        LocalLock lockOfCell = default;
        lockOfCell.Take(frame);
        Assert.False(lockOfCell.IsFree);
        Assert.True(lockOfCell.IsHeldBy(frame));
        Assert.False(lockOfCell.IsHeldBy(LocalLock.Frame(address, Returning + 1)));
        Assert.False(lockOfCell.IsHeldBy(LocalLock.Frame(address - 64, Returning)));

        lockOfCell.Take(frame & ~0xffff_ffffUL);
        Assert.True(lockOfCell.IsFree);
        Assert.False(lockOfCell.IsHeldBy(frame & ~0xffff_ffffUL) || lockOfCell.IsHeldBy(0));
        Assert.True(lockOfCell.TryTake(world.Thread.Stack.Enter(), out bool wasAbandoned));
        Assert.False(wasAbandoned);
        Assert.True((uint)frame > 1);
    }

    [Fact]
    public void NobodyHoldsAFreeLock()
    {
        LocalLock lockOfCell = default;
        Assert.False(lockOfCell.IsHeldBy(0));
    }

    [Fact]
    public void AHandlerIsRefusedWhileTheInterruptedCallCanGoOn()
    {
        using FreshWorld world = new();
        LocalLock lockOfCell = default;
        lockOfCell.Take(world.Thread.Stack.Enter());
        ulong handler = world.Thread.Stack.Enter();
        for (int i = 0; i < 3; i++)
        {
            Assert.False(lockOfCell.TryTake(handler, out bool wasAbandoned));
            Assert.False(wasAbandoned);
            Assert.False(lockOfCell.IsFree);
        }
    }

    [Fact]
    public void AHolderWhoseFrameWasOverwrittenIsGone() => AfterTheHolderLeft(keepsOldFrames: false, true);

    [Fact]
    public void AHolderWhoseFrameStandsThereStillIsTakenToBeRunning() => AfterTheHolderLeft(true, false);

    private static void AfterTheHolderLeft(bool keepsOldFrames, bool isTaken)
    {
        using FreshWorld world = new();
        FakeStack stack = world.Thread.Stack;
        stack.KeepsOldFrames = keepsOldFrames;
        ulong now = stack.Enter();
        stack.Enter();
        LocalLock lockOfCell = default;
        lockOfCell.Take(stack.Enter());
        stack.Leave();
        stack.Leave();
        Assert.Equal(isTaken, lockOfCell.TryTake(now, out bool wasAbandoned));
        Assert.Equal(isTaken, wasAbandoned);
    }

    [Theory]
    [InlineData(0x7f1234_56789aUL, false)]
    [InlineData(0x401234_56789aUL, false)]
    [InlineData(0x7f1234_56789bUL, true)]
    [InlineData(0UL, true)]
    public void WhatStandsWhereTheHolderWillReturnDecides(ulong found, bool isTaken)
    {
        using FreshWorld world = new();
        ulong now = world.Thread.Stack.Enter();
        Assert.Equal(isTaken, TakesFrom(now, LocalLock.FrameAddress(now) - 4096, found));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(8, true)]
    [InlineData(504, true)]
    [InlineData(512, true)]
    [InlineData(520, false)]
    [InlineData(4096, false)]
    [InlineData(-8, false)]
    [InlineData(-504, false)]
    [InlineData(-1024, false)]
    public void WhatLiesCloseBelowARunningCallIsThatCallsOwn(int below, bool isTaken)
    {
        using FreshWorld world = new();
        world.Thread.Stack.Enter();
        world.Thread.Stack.Enter();
        ulong now = world.Thread.Stack.Enter();
        Assert.Equal(isTaken, TakesFrom(now, LocalLock.FrameAddress(now) - (ulong)below, Returning));
    }

    [Fact]
    public void AHolderOnAStackThatIsNotMappedAnyMoreIsGone()
    {
        using FreshWorld world = new();
        LocalLock lockOfCell = default;
        lockOfCell.Take(LocalLock.Frame(0x1000, Returning));
        Assert.True(lockOfCell.TryTake(world.Thread.Stack.Enter(), out bool wasAbandoned));
        Assert.True(wasAbandoned);
    }

    [Fact]
    public void ALockThatWasTakenBackIsTheTakers()
    {
        using FreshWorld world = new();
        LocalLock lockOfCell = default;
        lockOfCell.Take(LocalLock.Frame(0x1000, Returning));
        Assert.True(lockOfCell.TryTake(world.Thread.Stack.Enter(), out _));
        Assert.False(lockOfCell.TryTake(world.Thread.Stack.Enter(), out _));
    }

    /// <summary>Whether a call at now takes the lock from a holder that stored its frame when Returning stood
    /// there.</summary>
    private static bool TakesFrom(ulong now, ulong holderAt, ulong found)
    {
        *(ulong*)holderAt = found;
        LocalLock lockOfCell = default;
        lockOfCell.Take(LocalLock.Frame(holderAt, Returning));
        bool isTaken = lockOfCell.TryTake(now, out bool wasAbandoned);
        Assert.Equal(isTaken, wasAbandoned);
        return isTaken;
    }
}
