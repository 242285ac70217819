// SPDX-License-Identifier: MIT
// Transitions as they must not be, each against a right one. The explorer has to find a schedule for each.

using static NoLockAlloc.Tests.Interleavings.Acts;
using static NoLockAlloc.Tests.Interleavings.Beginnings;
using static NoLockAlloc.Tests.Interleavings.Controls.WrongBlocks;
using static NoLockAlloc.Tests.Interleavings.Controls.WrongRuns;
using static NoLockAlloc.Tests.Interleavings.Controls.WrongWords;

namespace NoLockAlloc.Tests.Interleavings.Controls;

internal static class PlantedBugs
{
    internal static readonly Piece[] All =
    [
        new("Give back by a load and a store", ListedSlab, GiveBackByStore, s => TakeFromSlab(s, s.Other)),
        new("Take by a load and a store", ListedSlab, TakeByStore, s => TakeFromSlab(s, s.Other)),
        new("Take without a second look at the block", EmptySlab, TakeWithoutALook, ReleaseAndReuse),
        new("Take from the barn without a generation",
            FullPlace, TakeFromBarnWithoutGeneration, EmptyAndFill),
        new("Put into the barn by a store", TwoFullArrays, PutByStore, s => FreeLast(s, s.Other)),
        new("Claim of a slab by a store", EmptySlab, ClaimByStore, s => Release(s, s.Other)),
        new("Unlist without a second look", ListedSlabIsFull, UnlistWithoutALook, s => GiveBack(s, s.Other)),
        new("Unclaim without a second look", OwnSlabIsFull, UnclaimWithoutALook, s => GiveBack(s, s.Other)),
        new("Release without a grab", EmptySlab, ReleaseWithoutGrab, s => TakeFromSlab(s, s.Other)),
        new("Hint taken out without a second look",
            ListedSlabIsFull, DropWithoutALook, s => GiveBack(s, s.Other)),
        new("Claim of a thread block by a store", EndedThread, ClaimThreadByStore, s => s.Claim(s.Other))
        { Preemptions = 2 }, // the other one looks for gone threads first
        new("Pop without the lock", FullArray, PopWithoutLock, s => Take(s, s.Other))
        { FirstHandler = s => Alloc(s, s.Thread) },
        new("Take of a run by stores", TwoThreads, TakeRunByStore, s => ActsOfRuns.TakeIfAny(s, s.Other, 2)),
        new("Free of a run by a store",
            s => ActsOfRuns.RunOf(s, 2), FreeRunByStore, s => ActsOfRuns.FreeTwice(s, s.Other)),
        new("Free of a run without the lock of its journal",
            s => ActsOfRuns.RunOf(s, 2), FreeRunWithoutLock, s => ActsOfRuns.TakeIfAny(s, s.Other, 2))
        { FirstHandler = s => ActsOfRuns.TakeIfAny(s, s.Thread, 1) },
        new("Take of a run by the journal of the interrupted call",
            s => ActsOfRuns.RunOf(s, 3), ActsOfRuns.CutToOne, s => ActsOfRuns.TakeIfAny(s, s.Other, 1))
        { FirstHandler = TakeRunByTheSameJournal },
        new("Hint of a block in motion taken out without a second look",
            s => ActsOfRuns.RunOf(s, 2), DropHintWithoutALook, s => ActsOfRuns.Free(s, s.Other)),
        new("Parts settled without a look at their head",
            AbandonedRuns.ShrinkageToOne, FreePartsOfAnAbandonedShrinkage,
            s => s.SettleRuns(s.Thread)),
        new("A lock that is waited for",
            TwoThreads, s => WithSpinLock(s, s.Thread), s => WithSpinLock(s, s.Other)),
    ];
}
