// SPDX-License-Identifier: MIT
// The parts of the pieces.

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Interleavings;

internal static unsafe class Acts
{
    private const nuint OtherSize = 8192;

    internal static void AllocFirst(Scene s) => Alloc(s, s.Thread);

    internal static void AllocSecond(Scene s) => Alloc(s, s.Other);

    /// <summary>The only block may be with the other thread for a moment.</summary>
    internal static void AllocIfAny(Scene s) => s.Ledger.TryAlloc(s.Other, s.Size);

    internal static void FreeFirst(Scene s) => s.Ledger.Free(s.Thread, s.Ledger.Any(s.Size));

    internal static void FreeLast(Scene s, FakeThread thread) => s.Ledger.Free(thread, s.Ledger.Last(s.Size));

    /// <summary>Past the cells, as a handler does.</summary>
    internal static void Take(Scene s, FakeThread thread) =>
        Assert.NotEqual(0u, TakeSize(s, thread, s.Size));

    /// <summary>There may be no block for it.</summary>
    internal static void TakeOtherBucket(Scene s) => TakeSize(s, s.Other, OtherSize);

    internal static void TakeFromSlab(Scene s, FakeThread thread)
    {
        KmemCache cache = s.Cache;
        s.Ledger.Take(thread, s.Size, _ => Slab.TakeOne(Arena.Header->First, cache));
    }

    internal static void TakeFromBarn(Scene s, FakeThread thread)
    {
        KmemCache cache = s.Cache;
        s.Ledger.Take(thread, s.Size, _ => Barn.TakeOne(cache));
    }

    internal static void GiveBack(Scene s, FakeThread thread) =>
        s.Ledger.FreePastCells(thread, s.Ledger.Any(s.Size));

    internal static void GiveBackLast(Scene s, FakeThread thread) =>
        s.Ledger.FreePastCells(thread, s.Ledger.Last(s.Size));

    internal static void GiveBackTwo(Scene s)
    {
        GiveBack(s, s.Other);
        GiveBack(s, s.Other);
    }

    /// <summary>A batch out of the barn, and other objects into the same place, without the one that was on
    /// top.</summary>
    internal static void EmptyAndFill(Scene s)
    {
        Alloc(s, s.Other);
        FreeLast(s, s.Other);
        s.FreeMany(s.Other, s.Capacity - (int)s.Cache.Batch + 1);
    }

    /// <summary>Release the first slab, if it is empty.</summary>
    internal static void Release(Scene s, FakeThread thread) => InCell(s, thread, cell =>
        SlabRelease.TryRelease(cell, Arena.Header->First, keepSpare: false));

    internal static void ReleaseAndReuse(Scene s)
    {
        Release(s, s.Thread);
        TakeSize(s, s.Thread, OtherSize);
    }

    internal static void Purge(Scene s) => InCell(s, s.Thread, cell =>
        PageAllocator.TryPurgeFree(Arena.Header->First, cell->Owner, ref cell->Claim));

    internal delegate void InsideCell(KmemCacheThread* cell);

    /// <summary>Do something with the lock of the thread's cell.</summary>
    internal static void InCell(Scene s, FakeThread thread, InsideCell what) => thread.Run(frame =>
    {
        KmemCacheThread* cell = thread.CellFor(s.Size);
        CellGuard.TryEnter(cell, frame);
        what(cell);
        return CellGuard.Leave(cell, frame);
    });

    /// <summary>Wherever it is used there is memory at every moment.</summary>
    internal static void Alloc(Scene s, FakeThread thread) =>
        Assert.NotEqual(0u, s.Ledger.TryAlloc(thread, s.Size));

    private static nuint TakeSize(Scene s, FakeThread thread, nuint size) => s.Ledger.Take(
        thread, size, frame => SlabAlloc.Direct(thread.Block, KmemCache.BucketOf(size), frame));
}
