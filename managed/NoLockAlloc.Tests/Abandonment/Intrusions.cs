// SPDX-License-Identifier: MIT
// What may happen in the middle of a call: handlers on the same thread, and other threads that run from end
// to end while this one stands still.

using System;
using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.World;

namespace NoLockAlloc.Tests.Abandonment;

internal static class Intrusions
{
    internal static readonly (string Name, Action<Scene> What) TrimAndBegin =
        ("a handler trims and a thread begins", TrimAndAllocAsNew);

    internal static readonly (string Name, Action<Scene> What)[] All =
    [
        ("a handler allocates", s => s.Alloc()),
        ("a handler frees", s => FreeSome(s, s.Thread)),
        ("a handler allocates and frees", s => AllocAndFree(s, s.Thread, 1)),
        ("a handler allocates and frees many", s => AllocAndFree(s, s.Thread, s.Capacity + 3)),
        ("a handler allocates the next bucket", s => s.Ledger.Alloc(s.Thread, Math.Min(s.Size + 1, 8192))),
        ("a handler takes and frees all there is", s => TakeAll(s, s.Thread)),
        ("a handler trims", s => s.Thread.Trim()),
        ("a handler drains", s => s.Thread.Drain()),
        ("another thread allocates and frees many", s => AllocAndFree(s, s.Other, s.Capacity + 3)),
        ("another thread takes and frees all there is", s => TakeAll(s, s.Other)),
        ("another thread trims", s => s.Other.Trim()),
        ("a handler takes and frees runs", s => TakeAndFreeRuns(s, s.Thread)),
        ("another thread takes and frees runs", s => TakeAndFreeRuns(s, s.Other)),
        ("a new thread lives and dies", LiveAndDie),
        TrimAndBegin,
    ];

    private static void FreeSome(Scene s, FakeThread thread)
    {
        nuint address = s.Ledger.Any(s.Size);
        if (address != 0) s.Ledger.Free(thread, address);
    }

    private static void AllocAndFree(Scene s, FakeThread thread, int objects)
    {
        nuint[] got = [.. Enumerable.Range(0, objects).Select(_ => s.Ledger.Alloc(thread, s.Size))];
        foreach (nuint address in got.Where(address => address != 0)) s.Ledger.Free(thread, address);
    }

    private static void TakeAll(Scene s, FakeThread thread)
    {
        nuint[] before = [.. s.Ledger.Live];
        s.Ledger.FillUp(thread, s.Size);
        foreach (nuint address in s.Ledger.Live.Except(before).ToArray()) s.Ledger.Free(thread, address);
    }

    /// <summary>Of all lengths, and all blocks at once.</summary>
    private static void TakeAndFreeRuns(Scene s, FakeThread thread)
    {
        nuint[] before = [.. s.Ledger.LiveRuns.Keys];
        for (nuint blocks = 3; blocks > 0; blocks--)
        {
            while (s.Ledger.TakeRun(thread, blocks) != PageRuns.None) continue;
        }
        foreach (nuint first in s.Ledger.LiveRuns.Keys.Except(before).ToArray()) s.Ledger.FreeRun(thread, first);
    }

    private static void TrimAndAllocAsNew(Scene s)
    {
        s.Thread.Trim();
        AllocAndFree(s, s.World.NewThread(), 2);
    }

    private static void LiveAndDie(Scene s)
    {
        FakeThread thread = s.World.NewThread();
        AllocAndFree(s, thread, 2);
        thread.Exit();
        thread.IsGone = true;
    }
}
