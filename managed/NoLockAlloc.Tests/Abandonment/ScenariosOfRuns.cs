// SPDX-License-Identifier: MIT
// What moves runs of blocks. The small arena has 4 blocks.

using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Abandonment;

internal static unsafe partial class Scenarios
{
    private static Scenario[] OfRuns =>
    [
        new("TakeRunAsTheFirstCallOfTheThread", _ => { }, TakeRun),
        new("TakeRun", s => s.Claim(s.Thread), TakeRun),
        new("TakeRunOfUsedBlocks", UsedBlocks, TakeRun),
        new("TakeRunWhereHintsAreStale", StaleHints, TakeRun),
        new("TakeRunWhenMemoryIsInEmptySlabs", EmptySlabs, TakeRun),
        new("TakeRunWhenMemoryIsExhausted", s => s.Ledger.FillUp(s.Thread, s.Size), TakeRun),
        new("TakeRunWhereAnotherCallWasAbandoned", AbandonedTake, TakeRun),
        new("FreeRun", OneRun, FreeRun),
        new("FreeRunWhereAnotherFreeWasAbandoned", AbandonedFree, FreeRun),
        new("GrowRun", OneRun, GrowRun),
        new("GrowRunWhereThereIsNoRoom", TwoRuns, GrowRun),
        new("ShrinkRun", OneRun, s => s.Ledger.ShrinkRun(s.Thread, AnyRun(s), 1)),
    ];

    private static void TakeRun(Scene s) => s.Ledger.TakeRun(s.Thread, 2);

    private static void FreeRun(Scene s) => s.Ledger.FreeRun(s.Thread, AnyRun(s));

    private static void GrowRun(Scene s) => s.Ledger.TryGrowRun(s.Thread, AnyRun(s), 3);

    private static nuint AnyRun(Scene s) => s.Ledger.LiveRuns.Keys.First();

    /// <summary>With free blocks on both sides.</summary>
    private static void OneRun(Scene s)
    {
        TwoRuns(s);
        s.Ledger.FreeRun(s.Other, s.Ledger.LiveRuns.Keys.Last());
    }

    private static void TwoRuns(Scene s)
    {
        s.Claim(s.Thread);
        s.Ledger.TakeRun(s.Other, 1);
        s.Ledger.TakeRun(s.Other, 2);
        Assert.Equal(2, s.Ledger.LiveRuns.Count);
    }

    private static void UsedBlocks(Scene s)
    {
        s.Ledger.TakeRun(s.Thread, s.Blocks);
        FreeRun(s);
        Assert.True(Arena.StateOf(Arena.Header->Blocks - 1).IsDirty);
    }

    private static void StaleHints(Scene s)
    {
        s.Ledger.TakeRun(s.Thread, 2);
        PageAllocator.FreeMap.Add(AnyRun(s), 2);
    }

    private static void EmptySlabs(Scene s)
    {
        s.Ledger.FillUp(s.Other, KmemCache.MaximumSize);
        s.Ledger.FreeAll(s.Other);
        s.Other.Exit();
        s.Claim(s.Thread);
    }

    private static void AbandonedTake(Scene s)
    {
        s.Claim(s.Thread);
        nuint last = Arena.Header->Blocks - 1;
        s.Abandon(
            frame => Runs.Take(s.Thread.Block, 2, 1, frame, out _),
            () => Arena.StateOf(last).Kind == BlockState.KindRunPart);
        s.Lost++;
    }

    private static void AbandonedFree(Scene s)
    {
        TwoRuns(s);
        nuint first = AnyRun(s);
        s.Ledger.ForgetRun(first);
        s.Abandon(
            frame => Runs.TryFree(s.Thread.Block, first, frame) ? 1u : 0,
            () => Arena.StateOf(first).Kind == BlockState.KindRunMoving);
        s.Lost++;
    }
}
