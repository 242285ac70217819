// SPDX-License-Identifier: MIT
// Two threads that move runs of blocks, and a handler on each that moves one too, at any access: it finds the
// thread's journal held and has the other one (Slabs/RunGuard.cs).

using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.Abandonment;
using static NoLockAlloc.Tests.Interleavings.ActsOfRuns;

namespace NoLockAlloc.Tests.Interleavings;

internal static unsafe class PiecesOfTwoRuns
{
    /// <summary>One turn in any case; for more there is the budget.</summary>
    internal static Piece[] All => [.. s_all.Select(piece => piece with { Preemptions = Settings.Preemptions - 1 })];

    private static readonly Piece[] s_all =
    [
        new("Two each: Run: take and free",
            Beginnings.TwoThreads, s => TakeAndFree(s, s.Thread, 2), s => TakeAndFree(s, s.Other, 2))
        {
            Blocks = 16,
            FirstHandler = s => TakeAndFree(s, s.Thread, 3),
            SecondHandler = s => TakeAndFree(s, s.Other, 3),
        },
        new("Two each: Run: free in a take", TwoRuns, s => Take(s, s.Thread, 2), s => Take(s, s.Other, 2))
        {
            Blocks = 16,
            FirstHandler = s => s.Ledger.FreeRun(s.Thread, Higher),
            SecondHandler = s => s.Ledger.FreeRun(s.Other, Lower),
        },
        new("Two each: Run: free in a free",
            TwoRuns, s => s.Ledger.FreeRun(s.Thread, Higher), s => TakeAndFree(s, s.Other, 3))
        {
            Blocks = 16,
            FirstHandler = s => s.Ledger.FreeRun(s.Thread, Lower),
            SecondHandler = s => TakeAndFree(s, s.Other, 2),
        },
        new("Two each: Run: take in a growth",
            RunWithRoom, s => GrowTo(s, 4), s => TakeIfAny(s, s.Other, 2))
        {
            FirstHandler = s => TakeIfAny(s, s.Thread, 1),
            SecondHandler = s => TakeIfAny(s, s.Other, 1),
        },
        new("Two each: Run: take in a cut",
            s => RunOf(s, 3), CutToOne, s => TakeIfAny(s, s.Other, 2))
        {
            FirstHandler = s => TakeIfAny(s, s.Thread, 1),
            SecondHandler = s => TakeIfAny(s, s.Other, 1),
        },
    ];

    private static void GrowTo(Scene s, nuint blocks) =>
        s.Ledger.TryGrowRun(s.Thread, Arena.Header->First, blocks);}
