// SPDX-License-Identifier: MIT

using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed unsafe class TaskContextTests
{
    [Fact]
    public void AnNmiCountsAsAHardIrqToo()
    {
        TaskContext task = default;
        Assert.Equal((false, false), (task.InNmi, task.InHardirq));
        task.EnterHardirq();
        Assert.Equal((false, true), (task.InNmi, task.InHardirq));
        task.EnterNmi();
        Assert.Equal((true, true), (task.InNmi, task.InHardirq));
        Assert.True(task.TryExitNmi());
        Assert.Equal((false, true), (task.InNmi, task.InHardirq));
        Assert.True(task.TryExitHardirq());
        Assert.Equal((false, false), (task.InNmi, task.InHardirq));
    }

    [Fact]
    public void WhatWasNotEnteredIsNotExited()
    {
        TaskContext task = default;
        Assert.False(task.TryExitNmi());
        Assert.False(task.TryExitHardirq());
        task.EnterNmi();
        Assert.False(task.TryExitHardirq());
        Assert.True(task.InNmi);
        Assert.True(task.TryExitNmi());
        Assert.False(task.TryExitNmi());
        Assert.False(task.InHardirq);
    }

    [Fact]
    public void ACallbackKeepsOthersOutUntilItIsOverOrAbandoned()
    {
        using FreshWorld world = new();
        TaskContext task = default;
        ulong outer = world.Thread.Stack.Enter();
        ulong inner = world.Thread.Stack.Enter();
        Assert.True(task.TryEnterHook(outer));
        Assert.False(task.TryEnterHook(inner));
        task.LeaveHook();
        Assert.True(task.TryEnterHook(inner));
        world.Thread.Stack.Leave();
        Assert.True(task.TryEnterHook(outer));
    }
}
