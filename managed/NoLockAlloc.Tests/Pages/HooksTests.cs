// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Pages;

public sealed unsafe class HooksTests
{
    private static readonly List<(int, nuint)> s_calls = [];

    [Fact]
    public void APointCallsWhatIsRegisteredThereAndNothingElse()
    {
        using FreshWorld world = new();
        s_calls.Clear();
        Assert.Equal(0, Hooks.Register(Hooks.Refill, Callback, 5));
        Assert.Equal(0, Hooks.Register(Hooks.Refill, Callback, 6));
        Assert.Equal(0, Hooks.Register(Hooks.Purge, Callback, 7));
        Pass(world, Hooks.Refill, Hooks.Flush, Hooks.Purge);
        Assert.Equal([(Hooks.Refill, 5), (Hooks.Refill, 6), (Hooks.Purge, 7)], s_calls);

        s_calls.Clear();
        Assert.Equal(0, Hooks.Unregister(Hooks.Refill, Callback, 5));
        Pass(world, Hooks.Refill, Hooks.Purge);
        Assert.Equal([(Hooks.Refill, 6), (Hooks.Purge, 7)], s_calls);
        Assert.Equal(0, Hooks.Unregister(Hooks.Refill, Callback, 6));
        Assert.Equal(1UL << Hooks.Purge, Arena.Header->Hooked.Load());
    }

    [Fact]
    public void FastPathsAreDeniedAndOtherPointsAreNot()
    {
        using FreshWorld world = new();
        for (int point = 0; point < Hooks.Points; point++)
        {
            bool isDenied = point is Hooks.FastAlloc or Hooks.FastFree;
            Assert.Equal(isDenied ? -1 : 0, Hooks.Register(point, Callback, 0));
            Assert.Equal(isDenied ? -2 : 0, Hooks.Unregister(point, Callback, 0));
        }
        Assert.Equal(-22, Hooks.Register(Hooks.Points, Callback, 0));
        Assert.Equal(-22, Hooks.Register(-1, Callback, 0));
        Assert.Equal(-22, Hooks.Register(Hooks.Refill, 0, 0));
    }

    [Fact]
    public void ASlotThatIsUsedAgainIsNoEarlierRegistration()
    {
        HookSlot slot = default;
        Assert.True(slot.TryRegister(3, 100, 200));
        Assert.False(slot.TryRegister(4, 100, 200));
        Assert.False(slot.TryUnregister(3, 100, 201));
        Assert.False(slot.TryUnregister(4, 100, 200));
        Assert.True(slot.TryUnregister(3, 100, 200));
        Assert.False(slot.IsLiveAt(3));
        Assert.True(slot.TryRegister(3, 101, 201));
        Assert.True(slot.TryRead(3, out nuint function, out nuint data));
        Assert.Equal(((nuint)101, (nuint)201), (function, data));
    }

    /// <summary>Between its two looks at the state another registration takes the place.</summary>
    [Fact]
    public void AReaderThatIsOvertakenReadsNothing()
    {
        HookSlot* slot = stackalloc HookSlot[1];
        *slot = default;
        for (int step = 1; step <= 3; step++)
        {
            slot->TryRegister(3, 100, 200);
            Atomic.Hook = new RunBefore(step, () =>
            {
                slot->TryUnregister(3, 100, 200);
                slot->TryRegister(3, 111, 222);
            });
            bool isRead = slot->TryRead(3, out _, out _);
            Atomic.Hook = null;
            Assert.False(isRead);
            slot->TryUnregister(3, 111, 222);
        }
    }

    private static nuint Callback => (nuint)(delegate*<int, nuint, void>)&Note;

    private static void Note(int point, nuint data) => s_calls.Add((point, data));

    private static void Pass(FreshWorld world, params int[] points) => world.Thread.Run(_ =>
    {
        foreach (int point in points) Hooks.At(point);
        return 0;
    });

    private sealed class RunBefore(int step, System.Action action) : AccessHook
    {
        private int _steps;

        internal override void Before(Access access, nuint address)
        {
            if (_steps++ != step) return;
            Atomic.Hook = null;
            action();
        }
    }
}
