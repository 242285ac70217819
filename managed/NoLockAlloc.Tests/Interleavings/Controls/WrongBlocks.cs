// SPDX-License-Identifier: MIT
// Wrong ways with the states of blocks, the partial list and the thread words.

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Words;

namespace NoLockAlloc.Tests.Interleavings.Controls;

internal static unsafe class WrongBlocks
{
    private static nuint First => Arena.Header->First;

    internal static void ClaimByStore(Scene s) => Acts.InCell(s, s.Thread, cell =>
    {
        BlockState state = Arena.StateOf(First);
        if (!state.IsUnclaimedSlabOf(s.Cache.Cell)) return;
        Arena.State(First).Store(state.Claimed(cell->Owner).Value);
        PartialList.MapOf(s.Cache).Remove(First);
        cell->Slab.Set(First);
    });

    /// <summary>An object may have come back before the state was changed.</summary>
    internal static void UnlistWithoutALook(Scene s) => s.Thread.Run(_ =>
    {
        if (Slab.HasFree(First, s.Cache)) return 0;
        BlockState state = Arena.StateOf(First);
        if (!Arena.State(First).TryReplace(state.Value, state.Unlisted().Value)) return 0;
        PartialList.DropStale(s.Cache, First);
        return 0;
    });

    /// <summary>The slab may have been listed after its hint was found stale.</summary>
    internal static void DropWithoutALook(Scene s) => s.Thread.Run(_ =>
    {
        if (Slab.HasFree(First, s.Cache)) return 0;
        BlockState state = Arena.StateOf(First);
        if (!Arena.State(First).TryReplace(state.Value, state.Unlisted().Value)) return 0;
        PartialList.MapOf(s.Cache).Remove(First);
        if (Slab.HasFree(First, s.Cache)) PartialList.AfterGiveBack(First);
        return 0;
    });

    /// <summary>An object may have come back while the slab was claimed, and nobody listed it.</summary>
    internal static void UnclaimWithoutALook(Scene s) => Acts.InCell(s, s.Thread, cell =>
    {
        if (Slab.HasFree(First, s.Cache)) return;
        Arena.State(First).Store(Arena.StateOf(First).Unclaimed().Value);
        cell->Slab.Set(0);
    });

    /// <summary>An object may be taken after the look.</summary>
    internal static void ReleaseWithoutGrab(Scene s) => Acts.InCell(s, s.Thread, cell =>
    {
        BlockState state = Arena.StateOf(First);
        if (!state.IsUnclaimedSlabOf(s.Cache.Cell) || !Slab.IsEmpty(First, s.Cache)) return;
        if (!PartialList.TryClaim(cell, s.Cache, First, state)) return;
        Arena.State(First).Store(cell->Claim.As.ToReleasing(cell->Owner).Value);
        SlabRelease.Finish(default, First);
        cell->Claim.End();
    });

    /// <summary>Two threads may own it.</summary>
    internal static void ClaimThreadByStore(Scene s) => s.Thread.Run(frame =>
    {
        ref SharedWord cell = ref ThreadState.WordOf(1);
        ThreadWord word = new(cell.Load());
        if (word.Kind != ThreadWord.KindFree) return 0;
        cell.Store(ThreadWord.Make(ThreadWord.KindLive, s.Thread.Number, ForkEpoch.Current()).Value);
        ThreadState.Settle(ThreadState.Of(1), frame);
        *s.Thread.Slot = ThreadState.Of(1);
        return 0;
    });
}
