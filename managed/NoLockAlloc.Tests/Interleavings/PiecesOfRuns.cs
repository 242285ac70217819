// SPDX-License-Identifier: MIT
// What two threads do at the same time with runs of blocks: Pages/RunMotion.cs. Where the program makes a
// mistake, nothing but the run that it is about may suffer.

using static NoLockAlloc.Tests.Interleavings.AbandonedRuns;
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
        .. OfAbandonedRuns,
    ];

    /// <summary>The thread comes back to what its abandoned call left, while another thread uses the run.
    /// </summary>
    private static Piece[] OfAbandonedRuns =>
    [
        new("Run: settle a cut, free", ShrinkageToOne, s => s.SettleRuns(s.Thread), s => Free(s, s.Other)),
        new("Run: settle a cut, cut and free",
            ShrinkageToTwo, s => s.SettleRuns(s.Thread), s => ShrinkAndFree(s, s.Other)),
        new("Run: settle a cut that was not made, free",
            UnmadeShrinkage, s => s.SettleRuns(s.Thread), s => Free(s, s.Other)),
        new("Run: settle a cut that was not made, cut",
            UnmadeShrinkage, s => s.SettleRuns(s.Thread), s => Shrink(s, s.Other, 1)),
        new("Run: settle a cut that was not made, cut the same",
            UnmadeShrinkage, s => s.SettleRuns(s.Thread), s => Shrink(s, s.Other, 2)),
        new("Run: settle a growth, free", MadeGrowth, s => s.SettleRuns(s.Thread), s => Free(s, s.Other)),
        new("Run: settle a growth, cut", MadeGrowth, s => s.SettleRuns(s.Thread), s => Shrink(s, s.Other, 1)),
        new("Run: settle a growth that was not made, free",
            UnmadeGrowth, s => s.SettleRuns(s.Thread), s => Free(s, s.Other)),
        new("Run: settle a growth that was not made, grow",
            UnmadeGrowth, s => s.SettleRuns(s.Thread), s => GrowIfRoom(s, s.Other, 3)),
    ];
}
