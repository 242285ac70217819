// SPDX-License-Identifier: MIT
// Runs that a call was about to make longer or shorter when it was abandoned: on either side of the exchange on
// the head, which decides whether it did.

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Interleavings;

internal static unsafe class AbandonedRuns
{
    /// <summary>Of three blocks one is left, but the parts are not free yet.</summary>
    internal static void ShrinkageToOne(Scene s) => Shrinkage(s, 1);

    internal static void ShrinkageToTwo(Scene s) => Shrinkage(s, 2);

    /// <summary>Of three blocks two were to be left.</summary>
    internal static void UnmadeShrinkage(Scene s)
    {
        ActsOfRuns.RunOf(s, 3);
        nuint first = ActsOfRuns.First(s);
        s.Abandon(
            frame => Runs.TryShrink(s.Thread.Block, first, 2, frame) ? 1u : 0,
            () => ThreadState.RunJournal(s.Thread.Block, 0)->First != 0);
        Check(s, first, blocks: 3);
    }

    /// <summary>Two blocks were to become three: the third is a part, but the head does not know.</summary>
    internal static void UnmadeGrowth(Scene s)
    {
        nuint first = Growth(s, first => Arena.StateOf(first + 2).Kind == BlockState.KindRunPart);
        Check(s, first, blocks: 2);
    }

    /// <summary>Two blocks have become three, but the journal has not ended.</summary>
    internal static void MadeGrowth(Scene s)
    {
        nuint first = Growth(s, first => PageRuns.BlocksOf(first) == 3);
        Check(s, first, blocks: 3);
        s.Ledger.ForgetRun(first);
        s.Ledger.EnterRun(first, 3);
    }

    private delegate bool IsThere(nuint first);

    private static nuint Growth(Scene s, IsThere isThere)
    {
        ActsOfRuns.RunOf(s, 3);
        ActsOfRuns.Shrink(s, s.Thread, 2);
        nuint first = ActsOfRuns.First(s);
        s.Abandon(
            frame => Runs.TryGrow(s.Thread.Block, first, 3, frame, out _) ? 1u : 0, () => isThere(first));
        return first;
    }

    private static void Shrinkage(Scene s, nuint blocks)
    {
        ActsOfRuns.RunOf(s, 3);
        nuint first = ActsOfRuns.First(s);
        s.Abandon(
            frame => Runs.TryShrink(s.Thread.Block, first, blocks, frame) ? 1u : 0,
            () => PageRuns.BlocksOf(first) == blocks);
        Check(s, first, blocks);
        s.Ledger.ForgetRun(first);
        s.Ledger.EnterRun(first, blocks);
    }

    /// <summary>Also counts anew: each of the calls abandoned on the way may have counted wrong by one.</summary>
    private static void Check(Scene s, nuint first, nuint blocks)
    {
        Assert.Equal(blocks, PageRuns.BlocksOf(first));
        Assert.Equal(BlockState.KindRunPart, Arena.StateOf(first + 2).Kind);
        Assert.NotEqual((nuint)0, ThreadState.RunJournal(s.Thread.Block, 0)->First);
        ulong dirty = 0;
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++)
        {
            if (Arena.StateOf(block).IsDirty) dirty++;
        }
        Arena.Header->DirtyBlocks.Store(dirty);
    }
}
