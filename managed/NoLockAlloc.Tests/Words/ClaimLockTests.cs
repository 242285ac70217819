// SPDX-License-Identifier: MIT

using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed class ClaimLockTests
{
    private ClaimLock _lock;

    [Fact]
    public void AFreeLockIsTakenOnceAndReleased()
    {
        using FreshWorld world = new();
        ulong frame = world.Thread.Stack.Enter();
        Assert.False(ClaimLock.IsHeld(_lock.See(), frame));
        ulong seen = _lock.See();
        Assert.True(_lock.TryTake(seen, frame));
        Assert.False(_lock.TryTake(seen, frame));
        Assert.Equal(frame, _lock.See());
        _lock.Release();
        Assert.False(ClaimLock.IsHeld(_lock.See(), frame));
    }

    [Fact]
    public void AHandlerSeesThatTheInterruptedCallHoldsIt()
    {
        using FreshWorld world = new();
        Assert.True(_lock.TryTake(_lock.See(), world.Thread.Stack.Enter()));
        Assert.True(ClaimLock.IsHeld(_lock.See(), world.Thread.Stack.Enter()));
    }

    [Fact]
    public void AnAbandonedHolderHoldsItNoMore()
    {
        using FreshWorld world = new();
        ulong outer = world.Thread.Stack.Enter();
        world.Thread.Stack.Enter();
        Assert.True(_lock.TryTake(_lock.See(), world.Thread.Stack.Enter()));
        world.Thread.Stack.Leave();
        Assert.False(ClaimLock.IsHeld(_lock.See(), outer));
        Assert.True(_lock.TryTake(_lock.See(), outer));
    }

    [Fact]
    public void WhoeverSawItFreeBeforeAnotherWasInItFails()
    {
        using FreshWorld world = new();
        ulong frame = world.Thread.Stack.Enter();
        System.Collections.Generic.HashSet<ulong> seen = [];
        for (int i = 0; i < 1000; i++)
        {
            ulong free = _lock.See();
            Assert.True(seen.Add(free));
            Assert.True(free == 0 || (free & 1) == 1);
            Assert.True(_lock.TryTake(free, frame));
            _lock.Release();
            Assert.False(_lock.TryTake(free, frame));
        }
    }
}
