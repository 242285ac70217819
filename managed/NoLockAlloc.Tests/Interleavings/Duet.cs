// SPDX-License-Identifier: MIT
// A play of two threads of the product in a small arena.

using System;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Interleavings;

internal sealed unsafe class Duet : Play
{
    /// <summary>The census has seen each object; that each can be had again is tried after so many schedules.
    /// </summary>
    private static readonly int s_exhaustEvery = Settings.IsAll ? 1 : 8;

    private static readonly nuint s_ofTheArena = (nuint)1 << 56;

    private readonly Piece _piece;
    private readonly Scene _scene;

    internal Duet(Piece piece)
    {
        _piece = piece;
        _scene = piece.HasArena
            ? new Scene(piece.Size, piece.Threads, piece.Blocks)
            : new Scene(piece.Size, (1 << 20) / Arena.BlockBytes, new FreshWorld(FreshWorld.Small));
        piece.Prepare(_scene);
    }

    internal override void Act(int role) => (role == 0 ? _piece.First : _piece.Second)(_scene);

    internal override bool HasHandler(int role) => HandlerOf(role) != null;

    internal override void Interrupt(int role) => HandlerOf(role)(_scene);

    internal override void Check(long number)
    {
        Assert.Single(FreshWorld.Machine.Memory.Reserved);
        if (_scene.Thread.Id != 0) _scene.SettleRuns(_scene.Thread);
        Census.Check(_scene.Ledger);
        if (number % s_exhaustEvery == 1 % s_exhaustEvery) Aftermath.Check(_scene, _scene.Thread, lost: 0);
    }

    /// <summary>A thread's own cells are seen by nobody else while it lives; nor is an arena before it is
    /// there for all.</summary>
    internal override bool IsPoint(Access access, nuint address)
    {
        foreach ((nuint at, nuint bytes) in FreshWorld.Machine.Memory.Reserved)
        {
            if (address - at < bytes && at != Arena.Base) return false;
        }
        if (Arena.Base == 0) return true;
        nuint offset = address - Arena.Header->ThreadBlocks;
        return offset >= (Arena.Header->Threads + ArenaLayout.SpareThreads) * ArenaLayout.ThreadBlockBytes ||
            offset % ArenaLayout.ThreadBlockBytes < KmemCacheThread.Bytes;
    }

    internal override nuint PlaceOf(nuint address)
    {
        nuint arena = Arena.Base;
        bool isInside = arena != 0 && address - arena < Arena.LimitBytes;
        return isInside ? address - arena + s_ofTheArena : address;
    }

    private Action<Scene> HandlerOf(int role) => role == 0 ? _piece.FirstHandler : _piece.SecondHandler;

    public override void Dispose() => _scene.Dispose();
}
