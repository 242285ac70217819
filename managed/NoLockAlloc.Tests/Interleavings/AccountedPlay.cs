// SPDX-License-Identifier: MIT
// Two threads whose objects are charged to one group, inside another.

using System;
using System.Collections.Generic;
using NoLockAlloc.Accounting;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Interleavings;

internal sealed unsafe class AccountedPlay : Play
{
    internal const nuint Size = 4096;

    /// <summary>For hooks: no address of anything.</summary>
    private const nuint TheObjects = 3;

    private static readonly nuint s_ofTheArena = (nuint)1 << 56;

    private readonly AccountedPiece _piece;

    internal AccountedPlay(AccountedPiece piece)
    {
        _piece = piece;
        World = new AccountedWorld();
        Inner = MemoryGroup.Create(World.Group, ulong.MaxValue);
        Threads = [World.Thread, World.NewThread()];
        foreach (FakeThread thread in Threads)
        {
            *thread.ActiveGroup = Inner;
            Live.Add(World.Alloc(Size));
        }
        piece.Prepare(this);
    }

    internal AccountedWorld World { get; }

    internal ulong Inner { get; }

    internal FakeThread[] Threads { get; }

    /// <summary>Two objects of one slab to begin with; an act says what has become of them.</summary>
    internal List<nuint> Live { get; } = [];

    internal KmemCache Cache => Slab.CacheAt(Live[0]);

    internal override void Act(int role) => (role == 0 ? _piece.First : _piece.Second)(this);

    internal void Alloc(int role)
    {
        nuint address = Threads[role].Alloc(Size, Gfp.Account);
        if (address == 0) return;
        Touch();
        lock (Live) Live.Add(address);
    }

    internal void Free(int role)
    {
        nuint address;
        Touch();
        lock (Live)
        {
            address = Live[0];
            Live.RemoveAt(0);
        }
        Threads[role].Free(address);
    }

    internal bool Put(int role, nuint address, ulong entry)
    {
        KmemCache cache = Slab.CacheAt(address);
        FakeThread thread = Threads[role];
        return thread.Run(frame =>
        {
            ThreadState* self = ThreadBlocks.Current(thread.Block, frame);
            return ObjectExtensions.TryPut(self, cache, address, entry, frame) ? 1u : 0;
        }) != 0;
    }

    internal override void Check(long number)
    {
        _piece.Check(this);
        foreach (nuint address in Live) World.Thread.Free(address);
        World.Thread.Trim();
        Threads[1].Exit();
        World.Thread.Trim();
        Assert.Equal(0, AccountedWorld.CountVectors());
        Assert.Equal(0, Ledger.CountOut());
    }

    /// <summary>The counters, the places and the vectors are what this is about.</summary>
    internal override bool IsPoint(Access access, nuint address)
    {
        if (address - Arena.Header->Groups < Arena.Header->GroupCount * ArenaLayout.GroupBytes) return true;
        return address >= (nuint)Arena.Header->Extensions && address - Arena.Base < Arena.LimitBytes;
    }

    internal override nuint PlaceOf(nuint address)
    {
        bool isInside = address - Arena.Base < Arena.LimitBytes;
        return isInside ? address - Arena.Base + s_ofTheArena : address;
    }

    private static void Touch() => Atomic.Hook?.Touch(TheObjects, writes: true);

    public override void Dispose() => World.Dispose();
}

/// <summary>What two threads do, and what must be true then.</summary>
internal sealed record AccountedPiece(string Name, Action<AccountedPlay> Prepare, Action<AccountedPlay> First,
    Action<AccountedPlay> Second, Action<AccountedPlay> Check)
{
    public override string ToString() => Name;
}
