// SPDX-License-Identifier: MIT
// A small world in which one call is about to be made, and what surrounds it: other threads, calls that
// were interrupted and hold a cell, the ledger.

using System;
using System.Collections.Generic;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Abandonment;

internal sealed unsafe class Scene : IDisposable
{
    private readonly Stack<Held> _held = [];

    internal Scene(nuint size, nuint threads)
        : this(size, threads, blocks: size > 4096 ? 22u : 4u)
    {
    }

    internal Scene(nuint size, nuint threads, nuint blocks)
        : this(size, blocks, FreshWorld.WithBlocks(blocks, threads))
    {
    }

    internal Scene(nuint size, nuint blocks, FreshWorld world)
    {
        Size = size;
        Cache = KmemCache.Of(KmemCache.BucketOf(size));
        Blocks = blocks;
        World = world;
        Thread = World.Thread;
        Other = World.NewThread();
    }

    internal FreshWorld World { get; }

    internal Ledger Ledger { get; } = new();

    /// <summary>The thread that makes the call.</summary>
    internal FakeThread Thread { get; }

    internal FakeThread Other { get; }

    internal nuint Size { get; }

    internal KmemCache Cache { get; }

    internal nuint Blocks { get; }

    internal int Capacity => (int)Cache.Capacity;

    /// <summary>Objects that abandoned calls may have lost.</summary>
    internal int Lost { get; set; }

    /// <summary>Objects in the thread's array.</summary>
    internal int Head => (int)Thread.CellFor(Size)->Head.Get();

    internal nuint Alloc() => Ledger.Alloc(Thread, Size);

    internal void Free() => Ledger.Free(Thread, Ledger.Any(Size));

    internal void Claim(FakeThread thread) =>
        thread.Run(frame => (nuint)ThreadBlocks.Current(thread.Block, frame));

    internal void AllocMany(FakeThread thread, int objects)
    {
        for (int i = 0; i < objects; i++) Ledger.Alloc(thread, Size);
    }

    internal void FreeMany(FakeThread thread, int objects)
    {
        for (int i = 0; i < objects; i++) Ledger.Free(thread, Ledger.Any(Size));
    }

    /// <summary>Allocate until the thread's array is empty.</summary>
    internal void EmptyArray()
    {
        Claim(Thread);
        while (Head != 0) Alloc();
    }

    /// <summary>A call of the thread that moves a run is abandoned once it has come so far.</summary>
    internal void Abandon(FakeThread.Call call, Func<bool> isThere)
    {
        for (int at = 0; !isThere(); at++)
        {
            SettleRuns(Thread);
            Assert.True(Interruption.Run(() => Thread.Run(call), at, () => throw new AbandonedCall()));
        }
    }

    internal void SettleRuns(FakeThread thread) => thread.Run(frame =>
    {
        RunGuard.SettleAbandoned(thread.Block, frame);
        return 0;
    });

    /// <summary>A slow path of the thread stands in the middle of that bucket's cell, and what follows
    /// interrupts it.</summary>
    internal void Interrupt(nuint size) => Interrupt(size, isFast: false);

    /// <summary>A fast path does, which will fall out.</summary>
    internal void InterruptFastPath(nuint size) => Interrupt(size, isFast: true);

    /// <summary>The interrupted calls go on to their ends, or are never heard of again.</summary>
    internal void EndInterrupted(bool isAbandoned)
    {
        while (_held.TryPop(out Held held))
        {
            try
            {
                if (!isAbandoned) Leave(held);
            }
            finally
            {
                Thread.Stack.Leave();
            }
        }
    }

    public void Dispose() => World.Dispose();

    private void Interrupt(nuint size, bool isFast)
    {
        Claim(Thread);
        ulong frame = Thread.Stack.Enter();
        HotCell* cell = (HotCell*)Thread.CellFor(size);
        if (isFast) cell->Holder = (nuint)frame;
        else Assert.True(CellGuard.TryEnter((KmemCacheThread*)cell, frame));
        _held.Push(new Held(size, frame, isFast));
    }

    private void Leave(Held held)
    {
        if (held.IsFast)
        {
            ((HotCell*)Thread.CellFor(held.Size))->IsHeld = 0;
            return;
        }
        FakeThread before = FreshWorld.Machine.Swap(Thread);
        try
        {
            CellGuard.Leave(Thread.CellFor(held.Size), held.Frame);
        }
        finally
        {
            FreshWorld.Machine.Swap(before);
        }
    }

    private readonly record struct Held(nuint Size, ulong Frame, bool IsFast);
}
