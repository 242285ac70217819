// SPDX-License-Identifier: MIT
// Two threads that do two things each, and a handler that comes once in each of them, at any access, also to
// memory that only its own thread uses.

using System.Linq;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Tests.World;
using Xunit;
using static NoLockAlloc.Tests.Interleavings.Acts;
using static NoLockAlloc.Tests.Interleavings.Beginnings;

namespace NoLockAlloc.Tests.Interleavings;

internal static class PiecesOfTwo
{
    /// <summary>One turn in any case; for more there is the budget.</summary>
    internal static Piece[] All => [.. s_all.Select(piece => piece with { Preemptions = Settings.Preemptions - 1 })];

    private static readonly Piece[] s_all =
    [
        new("Two each: SlabWord: take and give back",
            ListedSlab, s => TakeAndGiveBack(s, s.Thread), s => GiveBackAndTake(s, s.Other))
        {
            FirstHandler = s => GiveBackLast(s, s.Thread),
            SecondHandler = s => Take(s, s.Other),
        },
        new("Two each: SlabWord: refill, take past the cells",
            OwnSlabHasOneOut, s => AllocTwice(s, s.Thread), s => TakeAndGiveBack(s, s.Other))
        { Blocks = 8, FirstHandler = s => AllocAndFree(s, s.Thread), SecondHandler = s => Take(s, s.Other) },

        new("Two each: Barn: put, get",
            FullArray, s => FreeTwice(s, s.Thread), s => AllocTwice(s, s.Other))
        { Blocks = 8, FirstHandler = s => AllocAndFree(s, s.Thread), SecondHandler = s => Take(s, s.Other) },
        new("Two each: Barn: get, get",
            FullPlace, s => AllocTwice(s, s.Thread), s => AllocTwice(s, s.Other))
        { Blocks = 8, FirstHandler = s => AllocAndFree(s, s.Thread), SecondHandler = s => AllocAndFree(s, s.Other) },

        new("Two each: Deferred: free in a slow free",
            TwoFullArrays, s => FreeTwice(s, s.Thread), s => FreeTwice(s, s.Other))
        { Blocks = 8, FirstHandler = s => FreeTwice(s, s.Thread), SecondHandler = s => FreeTwice(s, s.Other) },
        new("Two each: Deferred: free in a slow allocation",
            OwnSlabIsFull, s => AllocTwice(s, s.Thread), s => AllocTwice(s, s.Other))
        { Blocks = 8, FirstHandler = s => FreeTwice(s, s.Thread), SecondHandler = s => GiveBack(s, s.Other) },

        new("Two each: Thread: claim and exit",
            EndedThread, s => ClaimAndExit(s, s.Thread), s => ClaimAndExit(s, s.Other))
        { FirstHandler = s => s.Claim(s.Thread), SecondHandler = s => s.Claim(s.Other) },
        new("Two each: Thread: adopt what a gone one had",
            GoneThread, s => ClaimAndExit(s, s.Thread), s => ClaimAndExit(s, s.Other))
        { Threads = 1, FirstHandler = s => s.Claim(s.Thread), SecondHandler = s => s.Claim(s.Other) },
        new("Two each: Thread: first calls",
            EndedThread, s => AllocTwice(s, s.Thread), s => AllocTwice(s, s.Other))
        {
            Blocks = 8,
            FirstHandler = s => AllocAndFree(s, s.Thread),
            SecondHandler = s => AllocAndFree(s, s.Other),
        },
        new("Two each: Arena: create, and first calls",
            _ => { }, s => AllocTwice(s, s.Thread), s => AllocTwice(s, s.Other))
        {
            HasArena = false,
            FirstHandler = s => AllocAndFree(s, s.Thread),
            SecondHandler = s => AllocAndFree(s, s.Other),
        },

        new("Two each: Block: take and release",
            TwoThreads, s => AllocTwice(s, s.Thread), s => TakeAndGiveBack(s, s.Other))
        { Blocks = 8, FirstHandler = s => AllocAndFree(s, s.Thread), SecondHandler = s => Take(s, s.Other) },
        new("Two each: Release: give back and take",
            OneObjectIsOut, s => ReleaseAndTake(s, s.Thread), s => GiveBackAndTake(s, s.Other))
        { FirstHandler = s => Take(s, s.Thread), SecondHandler = s => Take(s, s.Other) },
        new("Two each: Release: release",
            EmptySlab, s => ReleaseAndTake(s, s.Thread), s => ReleaseAndTake(s, s.Other))
        { FirstHandler = s => TakeFromSlab(s, s.Thread), SecondHandler = s => TakeFromSlab(s, s.Other) },
        new("Two each: Purge: claim",
            DirtyBlock, PurgeAndTake, s => TakeAndGiveBack(s, s.Other))
        { FirstHandler = s => Take(s, s.Thread), SecondHandler = s => Take(s, s.Other) },
        new("Two each: Partial: unlist, give back",
            ListedSlabIsFull, s => TakeAndGiveBack(s, s.Thread), s => GiveBackAndTake(s, s.Other))
        { FirstHandler = s => GiveBackLast(s, s.Thread), SecondHandler = s => GiveBackLast(s, s.Other) },
    ];

    private static void TakeAndGiveBack(Scene s, FakeThread thread)
    {
        Take(s, thread);
        GiveBack(s, thread);
    }

    private static void GiveBackAndTake(Scene s, FakeThread thread)
    {
        GiveBack(s, thread);
        Take(s, thread);
    }

    private static void AllocTwice(Scene s, FakeThread thread)
    {
        Alloc(s, thread);
        Alloc(s, thread);
    }

    private static void FreeTwice(Scene s, FakeThread thread)
    {
        FreeLast(s, thread);
        FreeLast(s, thread);
    }

    /// <summary>Where its thread is inside the bucket, the object is one of the next.</summary>
    private static void AllocAndFree(Scene s, FakeThread thread)
    {
        nuint address = s.Ledger.TryAlloc(thread, s.Size);
        Assert.NotEqual(0u, address);
        s.Ledger.Free(thread, address);
    }

    private static void ClaimAndExit(Scene s, FakeThread thread)
    {
        s.Claim(thread);
        thread.Exit();
    }

    private static void ReleaseAndTake(Scene s, FakeThread thread)
    {
        Release(s, thread);
        Take(s, thread);
    }

    private static void PurgeAndTake(Scene s)
    {
        Purge(s);
        Take(s, s.Thread);
    }
}
