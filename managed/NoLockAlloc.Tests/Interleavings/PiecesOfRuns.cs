// SPDX-License-Identifier: MIT
// What two threads do at the same time with runs of blocks: Pages/RunMotion.cs. Where the program makes a
// mistake, nothing but the run that it is about may suffer.

using static NoLockAlloc.Tests.Interleavings.ActsOfRuns;

namespace NoLockAlloc.Tests.Interleavings;

internal static partial class Pieces
{
    private static Piece[] OfRuns =>
    [
        new("Run: take, take", Beginnings.TwoThreads, s => Take(s, s.Thread, 2), s => Take(s, s.Other, 2)),
        new("Run: take, take, of the last",
            DirtyBlocks, s => TakeIfAny(s, s.Thread, 2), s => TakeIfAny(s, s.Other, 2))
        { Blocks = 3 },
        new("Run: take, claim of a slab", Beginnings.TwoThreads, s => Take(s, s.Thread, 2), Acts.AllocSecond),
        new("Run: take, claim of a slab, of the last",
            DirtyBlocks, s => TakeIfAny(s, s.Thread, 2), Acts.AllocIfAny)
        { Blocks = 2 },
        new("Run: free, take", s => RunOf(s, 3), s => Free(s, s.Thread), s => TakeIfAny(s, s.Other, 2)),
        new("Run: free, claim of a slab", s => RunOf(s, 3), s => Free(s, s.Thread), Acts.AllocIfAny)
        { Blocks = 3 },
        new("Run: free, free of the same",
            s => RunOf(s, 2), s => FreeTwice(s, s.Thread), s => FreeTwice(s, s.Other)),
        new("Run: grow, take", RunWithRoom, s => GrowIfRoom(s, s.Thread, 4), s => TakeIfAny(s, s.Other, 2)),
        new("Run: grow, claim of a slab", RunWithRoom, s => GrowIfRoom(s, s.Thread, 3), Acts.AllocSecond),
        new("Run: shrink, take",
            s => RunOf(s, 3), s => Shrink(s, s.Thread, 1), s => TakeIfAny(s, s.Other, 2)),
        new("Run: grow, free of the same", RunWithRoom, s => GrowWhatIsFreed(s, s.Thread), s => Free(s, s.Other)),
        new("Run: shrink, free of the same",
            RunWithRoom, s => ShrinkWhatIsFreed(s, s.Thread), s => Free(s, s.Other)),
        new("Run: settle a shrinkage, free", AbandonedShrinkage, s => s.SettleRuns(s.Thread), s => Free(s, s.Other)),
        new("Run: settle a growth, free", AbandonedGrowth, s => s.SettleRuns(s.Thread), s => Free(s, s.Other)),
        new("Run: settle a shrinkage, shrink",
            AbandonedShrinkageToTwo, s => s.SettleRuns(s.Thread), s => ShrinkAndFree(s, s.Other)),
        new("Run: settle a growth, grow",
            AbandonedGrowth, s => s.SettleRuns(s.Thread), s => GrowIfRoom(s, s.Other, 2)),
    ];
}
