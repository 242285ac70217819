// SPDX-License-Identifier: MIT
// Accounted calls are interrupted before each of their accesses to memory. Where they go on, every byte is
// accounted for; where they are abandoned, at most the object in hand, its charge, and a vector in hand are
// left.

using System;
using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Accounting;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Abandonment;

public sealed unsafe class AccountedTests
{
    private const nuint Size = 1024;

    private delegate void Step(AccountedWorld world, Live live);

    private static readonly (string Name, Step Prepare, Step Act)[] s_calls =
    [
        ("the first of all", (_, _) => { }, Alloc),
        ("the first of a slab", (w, l) => Many(w, l, 63), Alloc),
        ("with a vector", (w, l) => Many(w, l, 2), Alloc),
        ("over the limit", UpToTheLimit, Alloc),
        ("a free", (w, l) => Many(w, l, 2), Free),
        ("a free of the group's last object", OnlyObject, Free),
    ];

    public static IEnumerable<object[]> Calls() => s_calls.Select(call => new object[] { call.Name });

    [Theory]
    [MemberData(nameof(Calls))]
    public void AnAbandonedCallLeavesAtMostWhatItHadInHand(string name) => ForEach(name, (world, live, run) =>
    {
        int before = live.Objects.Count;
        if (!run(() => throw new AbandonedCall())) return;
        Assert.InRange(live.Objects.Count, before - 1, before);
        if (live.IsFreeing) live.Objects.Remove(live.Freeing);
        CheckEnd(world, live, lost: 1);
    });

    [Theory]
    [MemberData(nameof(Calls))]
    public void ACallThatAHandlerInterruptedIsExact(string name) => ForEach(name, (world, live, run) =>
    {
        run(() =>
        {
            nuint one = world.Alloc(Size);
            nuint other = world.Alloc(96);
            if (one != 0) world.Thread.Free(one);
            if (other != 0) world.Thread.Free(other);
        });
        CheckEnd(world, live, lost: 0);
    });

    [Theory]
    [MemberData(nameof(Calls))]
    public void ACallThatAnotherThreadOvertookIsExact(string name) => ForEach(name, (world, live, run) =>
    {
        FakeThread other = world.NewThread();
        run(() =>
        {
            List<nuint> some = [.. Enumerable.Range(0, 70).Select(_ => world.Alloc(Size, other))];
            foreach (nuint address in some) other.Free(address);
            other.Trim();
        });
        CheckEnd(world, live, lost: 0);
    });

    private static void ForEach(string name, Action<AccountedWorld, Live, Func<Action, bool>> check)
    {
        (_, Step prepare, Step act) = s_calls.Single(call => call.Name == name);
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            using AccountedWorld world = new();
            Live live = new();
            prepare(world, live);
            Matrix.Check(at, name, () => check(world, live, what =>
                isInterrupted = Interruption.Run(() => act(world, live), at, what)));
        }
    }

    private static void CheckEnd(AccountedWorld world, Live live, int lost)
    {
        ulong bytes = (ulong)live.Objects.Count * Size;
        if (MemoryGroup.IsLive(world.Group))
        {
            Assert.InRange(world.Usage, bytes, bytes + (ulong)lost * Size);
            Assert.InRange((int)world.State.Objects - live.Objects.Count, 0, lost);
        }
        foreach (nuint address in live.Objects) world.Thread.Free(address);
        world.Thread.Trim();
        int vectors = AccountedWorld.CountVectors(); // of the slab that the lost object lies in
        Assert.InRange(vectors, 0, 2 * lost);
        Assert.InRange(Ledger.CountOut() - vectors, 0, 2 * lost);
        if (lost == 0) Assert.Equal((0UL, 0UL), (world.State.Objects, world.Usage));
        Assert.Equal("", FreshWorld.Machine.Output);
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks && lost == 0; block++)
        {
            Assert.True(Arena.StateOf(block).IsFree);
        }
    }

    private static void Alloc(AccountedWorld world, Live live)
    {
        nuint address = world.Alloc(Size);
        if (address != 0) live.Objects.Add(address);
    }

    private static void Free(AccountedWorld world, Live live)
    {
        live.Freeing = live.Objects[^1];
        live.IsFreeing = true;
        world.Thread.Free(live.Freeing);
        live.Objects.RemoveAt(live.Objects.Count - 1);
        live.IsFreeing = false;
    }

    private static void UpToTheLimit(AccountedWorld world, Live live)
    {
        Many(world, live, 2);
        MemoryGroup.TrySetLimit(world.Group, 2 * Size);
    }

    private static void OnlyObject(AccountedWorld world, Live live)
    {
        Many(world, live, 1);
        MemoryGroup.TryPut(world.Group);
    }

    private static void Many(AccountedWorld world, Live live, int objects)
    {
        for (int i = 0; i < objects; i++) Alloc(world, live);
    }

    private sealed class Live
    {
        internal List<nuint> Objects { get; } = [];

        internal nuint Freeing { get; set; }

        internal bool IsFreeing { get; set; }
    }
}
