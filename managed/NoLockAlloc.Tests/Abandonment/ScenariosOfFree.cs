// SPDX-License-Identifier: MIT
// What has to happen before a free takes the path of its scenario.

using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Abandonment;

internal static unsafe partial class Scenarios
{
    private const nuint DefaultThreads = 16;

    private static bool BarnIsFull(Scene s)
    {
        for (nuint i = 0; i < Barn.Places; i++)
        {
            BarnSlot slot = new(Barn.Place(s.Cache.Bucket, i).Load());
            if (slot.Kind != BarnSlot.KindFull) return false;
        }
        return true;
    }

    private static void FullBarn(Scene s)
    {
        s.Ledger.FillUp(s.Thread, s.Size);
        while (!BarnIsFull(s) || s.Head < s.Capacity) s.Free();
    }

    /// <summary>The top of the full array is the last object of its slab, and the barn is full.</summary>
    private static void SlabAboutToBeEmpty(Scene s)
    {
        s.Ledger.FillUp(s.Thread, s.Size);
        s.Thread.Trim();
        nuint last = s.Ledger.Last(s.Size);
        nuint block = last >> 16;
        foreach (nuint address in System.Linq.Enumerable.ToArray(s.Ledger.OfSize(s.Size)))
        {
            if (address >> 16 == block && address != last) s.Ledger.FreePastCells(s.Thread, address);
        }
        while (!BarnIsFull(s) || s.Head < s.Capacity - 1) s.Free();
        s.Ledger.FreePastCells(s.Thread, s.Ledger.Any(s.Size));
        s.Ledger.Free(s.Thread, last);
        Assert.Equal(s.Capacity, s.Head);
    }

    /// <summary>A call that will never resume holds the cell.</summary>
    private static void AbandonedHolder(Scene s)
    {
        OwnSlab(s);
        s.Interrupt(s.Size);
        s.EndInterrupted(isAbandoned: true);
    }

    private static void BothBusy(Scene s, System.Action<Scene> prepare)
    {
        prepare(s);
        s.Interrupt(s.Size);
        if (s.Size < KmemCache.MaximumSize) s.Interrupt(s.Size + 1);
    }

    private static void Deferring(Scene s, int frees)
    {
        FullArray(s);
        s.AllocMany(s.Other, frees + 1);
        s.Interrupt(s.Size);
        s.FreeMany(s.Thread, frees);
    }

    private static void InsideAFastPath(Scene s)
    {
        FullArray(s);
        s.InterruptFastPath(s.Size);
    }

    private static void DeferredToNobody(Scene s)
    {
        Deferring(s, 5);
        s.EndInterrupted(isAbandoned: true);
    }

    private static void HighNumber(Scene s)
    {
        for (nuint i = 0; i < DefaultThreads; i++) s.Claim(s.World.NewThread());
        s.AllocMany(s.Thread, 7);
        s.FreeMany(s.Thread, 5);
        Assert.Equal(17UL, s.Thread.Id);
    }

    /// <summary>Something everywhere: arrays, the barn, an ended thread's block, empty slabs.</summary>
    private static void Untidy(Scene s)
    {
        FakeThread third = s.World.NewThread();
        s.AllocMany(s.Thread, (int)s.Cache.Objects + s.Capacity + 2);
        s.AllocMany(third, 5);
        s.FreeMany(third, 3);
        s.FreeMany(s.Other, s.Capacity + 2);
        s.FreeMany(s.Thread, 3);
        third.Exit();
    }
}
