// SPDX-License-Identifier: MIT
// Every slow path, by name.

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Tests.World;

namespace NoLockAlloc.Tests.Abandonment;

internal static unsafe partial class Scenarios
{
    internal static readonly Scenario[] All =
    [
        .. OfRuns,
        new("FirstCallOfTheThread", _ => { }, s => s.Alloc()),
        new("FirstCallTakesTheOnlyThreadBlock", _ => { }, s => s.Alloc(), Threads: 1),
        new("FirstCallTakesAnEndedThreadsBlock", EndedThread, s => s.Alloc()),
        new("FirstCallReapsAThreadThatEndedInACall", GoneThread, s => s.Alloc(), Threads: 1),
        new("FirstFreeOfTheThread", s => s.AllocMany(s.Other, 3), s => s.Free()),
        new("AllocFromANewSlab", s => s.Claim(s.Thread), s => s.Alloc()),
        new("AllocFromTheOwnSlab", OwnSlab, s => s.Alloc()),
        new("AllocFromAListedSlab", ListedSlab, s => s.Alloc()),
        new("AllocFromTheBarn", FullPlace, s => s.Alloc()),
        new("AllocWhenMemoryIsWithAnEndedThread", EndedThreadHasTheRest, s => s.Alloc()),
        new("AllocWhenMemoryIsExhausted", s => s.Ledger.FillUp(s.Thread, s.Size), s => s.Alloc()),
        new("AllocWhereAnotherCallWasAbandoned", AbandonedHolder, s => s.Alloc()),
        new("AllocFromTheNextBucket", s => s.Interrupt(s.Size), s => s.Alloc()),
        new("AllocDirectFromTheOwnSlab", s => BothBusy(s, OwnSlab), s => s.Alloc()),
        new("AllocDirectFromAListedSlab", s => BothBusy(s, ListedSlab), s => s.Alloc()),
        new("AllocDirectFromTheBarn", s => BothBusy(s, OnlyTheBarn), s => s.Alloc()),
        new("AllocDirectFromANewSlab", s => BothBusy(s, _ => { }), s => s.Alloc()),
        new("AllocDirectFromTheLastBlock", s => BothBusy(s, AllButOneBlock), s => s.Alloc()),
        new("AllocDirectWhenMemoryIsWithAnEndedThread",
            s => BothBusy(s, EndedThreadHasTheRest), s => s.Alloc()),
        new("FreeIntoTheBarn", FullArray, s => s.Free()),
        new("FreeFlushesWhereTheBarnIsFull", FullBarn, s => s.Free()),
        new("FreeReleasesASlab", SlabAboutToBeEmpty, s => s.Free()),
        new("FreeIsDeferred", s => Deferring(s, 0), s => s.Free()),
        new("FreePastAFastPath", InsideAFastPath, s => s.Free()),
        new("FreePastFullDeferralSlots", s => Deferring(s, 8), s => s.Free()),
        new("DeferredFreesAreDone", s => Deferring(s, 5), s => s.EndInterrupted(isAbandoned: false)),
        new("DeferredFreesOfAnAbandonedCallAreDone", DeferredToNobody, s => s.Thread.Drain()),
        new("ThreadEndsAndKeepsItsArrays", FullPlace, s => s.Thread.Exit()),
        new("ThreadEndsAndEmptiesItsArrays", HighNumber, s => s.Thread.Exit(), Threads: 20),
        new("Trim", Untidy, s => s.Thread.Trim()),
    ];

    internal static Scenario Named(string name) => All.Single(scenario => scenario.Name == name);

    internal static int NumberOf(Scenario scenario) => System.Array.IndexOf(All, scenario);

    internal static IEnumerable<object[]> Names() => All.Select(scenario => new object[] { scenario.Name });

    private static void EndedThread(Scene s)
    {
        s.AllocMany(s.Other, 5);
        s.FreeMany(s.Other, 3);
        s.Other.Exit();
    }

    private static void GoneThread(Scene s)
    {
        FakeThread gone = s.World.NewThread();
        s.AllocMany(gone, s.Capacity + 2);
        Interruption.Run(() => s.FreeMany(gone, s.Capacity + 2), 22, () => throw new AbandonedCall());
        s.Lost++;
        gone.IsGone = true;
    }

    private static void OwnSlab(Scene s)
    {
        s.Alloc();
        s.EmptyArray();
    }

    private static void ListedSlab(Scene s)
    {
        nuint inFirst = s.Alloc();
        s.AllocMany(s.Thread, (int)s.Cache.Objects * 2 - 1);
        s.Ledger.FreePastCells(s.Thread, inFirst);
        s.Ledger.FreePastCells(s.Thread, s.Ledger.Any(s.Size));
    }

    private static void FullPlace(Scene s)
    {
        s.AllocMany(s.Other, s.Capacity * 2);
        s.FreeMany(s.Other, s.Capacity * 2 - 1);
        s.Claim(s.Thread);
    }

    private static void OnlyTheBarn(Scene s)
    {
        s.Ledger.FillUp(s.Other, s.Size);
        s.FreeMany(s.Other, s.Capacity + 1);
    }

    private static void AllButOneBlock(Scene s)
    {
        s.AllocMany(s.Other, (int)((s.Blocks - 1) * s.Cache.Objects));
    }

    private static void EndedThreadHasTheRest(Scene s)
    {
        s.Ledger.FillUp(s.Other, s.Size);
        s.FreeMany(s.Other, 3);
        s.Other.Exit();
        FakeThread third = s.World.NewThread();
        s.Claim(third);
        s.Claim(s.Thread);
        third.Exit();
    }

    private static void FullArray(Scene s)
    {
        s.AllocMany(s.Thread, s.Capacity * 2);
        while (s.Head < s.Capacity) s.Free();
    }
}
