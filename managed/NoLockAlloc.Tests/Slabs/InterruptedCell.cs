// SPDX-License-Identifier: MIT

using System;
using System.Linq;
using NoLockAlloc.Api;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

/// <summary>A thread with some live objects of 64 bytes, into whose cell calls are interrupted.</summary>
internal sealed unsafe class InterruptedCell : IDisposable
{
    private const nuint Size = 64;

    internal InterruptedCell(int objects)
    {
        Objects = [.. Enumerable.Range(0, objects).Select(_ => World.Thread.Alloc(Size))];
        Cell = World.Thread.CellFor(Size);
        HeadBefore = Cell->Head.Get();
    }

    internal FreshWorld World { get; } = new();

    internal nuint[] Objects { get; }

    internal KmemCacheThread* Cell { get; }

    internal ulong HeadBefore { get; }

    internal BucketStats Counters => World.StatisticsOf(Cell->Bucket);

    /// <summary>Whether some deferred free still waits.</summary>
    internal bool HasDeferred
    {
        get
        {
            bool any = Cell->DeferPending.Load() != 0;
            for (int i = 0; i < KmemCacheThread.DeferSlots; i++)
            {
                any |= KmemCacheThread.Defer(Cell, i).Load() != 0;
            }
            return any;
        }
    }

    internal void Free(int index) => World.Thread.Free(Objects[index]);

    /// <summary>One more object of another slab into the array.</summary>
    internal void PushAnother()
    {
        KmemCache cache = Cell->Cache;
        World.Thread.Free(World.Thread.Run(frame => SlabAlloc.Direct(null, cache.Bucket, frame)));
    }

    internal void InterruptSlowPath(Action handler) => World.Thread.Run(frame =>
    {
        Assert.True(CellGuard.TryEnter(Cell, frame));
        handler();
        return CellGuard.Leave(Cell, frame);
    });

    /// <summary>Between the two stores of a fast path, which falls out then: that is, it frees the lock by
    /// its lower half.</summary>
    internal void InterruptFastPath(Action handler) => World.Thread.Run(frame =>
    {
        HotCell* hot = (HotCell*)Cell;
        Assert.Equal(0u, hot->IsHeld);
        hot->Holder = (nuint)frame;
        handler();
        Assert.Equal(frame, hot->Holder);
        hot->IsHeld = 0;
        return 0;
    });

    public void Dispose() => World.Dispose();
}
