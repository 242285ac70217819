// SPDX-License-Identifier: MIT
// What two threads do at the same time, protocol by protocol. 16 objects of 4096 bytes make a slab, 8 a
// batch.

using static NoLockAlloc.Tests.Interleavings.Acts;
using static NoLockAlloc.Tests.Interleavings.Beginnings;

namespace NoLockAlloc.Tests.Interleavings;

internal static partial class Pieces
{
    internal static Piece[] All => [.. s_single, .. PiecesOfTwo.All, .. PiecesOfTwoRuns.All];

    private static readonly Piece[] s_single =
    [
        .. OfRuns,

        // Words/ObjectWord.cs
        new("SlabWord: take, give back", ListedSlab, s => Take(s, s.Thread), s => GiveBack(s, s.Other)),
        new("SlabWord: take, take", ListedSlab, s => Take(s, s.Thread), s => Take(s, s.Other)),
        new("SlabWord: give back, give back",
            ListedSlab, s => GiveBack(s, s.Thread), s => GiveBackLast(s, s.Other)),
        new("SlabWord: refill, give back the last", OwnSlabHasOneOut, AllocFirst, s => GiveBack(s, s.Other)),
        new("SlabWord: refill, give back into the full slab",
            OwnSlabIsFull, AllocFirst, s => GiveBack(s, s.Other)),
        new("SlabWord: refill, take", OwnSlabHasOneOut, AllocFirst, s => TakeFromSlab(s, s.Other)),

        // Words/BarnSlot.cs
        new("Barn: put, put", TwoFullArrays, FreeFirst, s => FreeLast(s, s.Other)),
        new("Barn: get, get", FullPlace, AllocFirst, AllocSecond),
        new("Barn: put, get", FullArray, FreeFirst, AllocSecond),
        new("Barn: get, take one", FullPlace, AllocFirst, s => TakeFromBarn(s, s.Other)),
        new("Barn: put, take one", FullArrayAndPlace, FreeFirst, s => TakeFromBarn(s, s.Other)),
        new("Barn: take one, take one",
            FullPlace, s => TakeFromBarn(s, s.Thread), s => TakeFromBarn(s, s.Other)),
        new("Barn: take one, empty and fill", FullPlace, s => TakeFromBarn(s, s.Thread), EmptyAndFill),

        // Words/BlockState.cs
        new("Block: claim, claim", TwoThreads, AllocFirst, AllocSecond),
        new("Block: claim, claim, of the last", TwoThreads, AllocFirst, AllocSecond) { Blocks = 1 },
        new("Block: claim, take", TwoThreads, AllocFirst, s => Take(s, s.Other)),
        new("Block: take, take", TwoThreads, s => Take(s, s.Thread), s => Take(s, s.Other)),
        new("Release: take", EmptySlab, s => Release(s, s.Thread), s => TakeFromSlab(s, s.Other)),
        new("Release: give back", OneObjectIsOut, s => Release(s, s.Thread), s => GiveBack(s, s.Other)),
        new("Release: release", EmptySlab, s => Release(s, s.Thread), s => Release(s, s.Other)),
        new("Release: claim", EmptySlab, s => Release(s, s.Thread), AllocSecond),
        new("Release: claim of the free block", EmptySlab, s => Release(s, s.Thread), TakeOtherBucket)
        { Blocks = 1, Preemptions = Settings.Preemptions - 1 },
        new("Release and reuse: belated take", EmptySlab, ReleaseAndReuse, s => TakeFromSlab(s, s.Other)),
        new("Purge: claim", DirtyBlock, Purge, AllocIfAny) { Blocks = 1 },

        // Slabs/PartialList.cs
        new("Partial: claim, claim", ListedSlab, AllocFirst, AllocSecond),
        new("Partial: claim, give back", ListedSlab, AllocFirst, s => GiveBack(s, s.Other)),
        new("Partial: claim, take", ListedSlab, AllocFirst, s => Take(s, s.Other)),
        new("Partial: unclaim, give back two", OwnSlabIsFull, AllocFirst, GiveBackTwo),
        new("Partial: unlist, give back", ListedSlabIsFull, s => Take(s, s.Thread), s => GiveBack(s, s.Other))
        { Preemptions = Settings.Preemptions + 1 },
        new("Partial: unlist, unlist", ListedSlabIsFull, s => Take(s, s.Thread), s => Take(s, s.Other)),
        new("Partial: claim of a full one, give back",
            ListedSlabIsFull, AllocFirst, s => GiveBack(s, s.Other)),

        // Pages/Arena.cs, Words/ThreadWord.cs
        new("Arena: create, create",
            _ => { }, s => s.Claim(s.Thread), s => s.Claim(s.Other))
        { HasArena = false },
        new("Arena: create, create, and first calls", _ => { }, AllocFirst, AllocSecond)
        { HasArena = false, Preemptions = Settings.Preemptions - 1 },
        new("Thread: claim, claim", _ => { }, s => s.Claim(s.Thread), s => s.Claim(s.Other)),
        new("Thread: claim, claim, of an ended one",
            EndedThread, s => s.Claim(s.Thread), s => s.Claim(s.Other)),
        new("Thread: claim, claim, of the only one",
            EndedThread, s => s.Claim(s.Thread), s => s.Claim(s.Other))
        { Threads = 1 },
        new("Thread: claim, exit", s => s.Claim(s.Other), s => s.Claim(s.Thread), s => s.Other.Exit()),
        new("Thread: claim, exit, of the only one",
            s => s.Claim(s.Other), s => s.Claim(s.Thread), s => s.Other.Exit())
        { Threads = 1 },
        new("Thread: claim, claim, of a gone one", GoneThread, s => s.Claim(s.Thread), s => s.Claim(s.Other))
        { Threads = 1 },
    ];
}
