// SPDX-License-Identifier: MIT
// kmem_cache_node.partial: the slabs of a bucket that have room and that nobody has claimed. Not a linked
// list but a hint map, a bit a block: there is no link to corrupt, and no order to keep but that of
// addresses, lowest first, which keeps a program in few slabs.
//
// STATE       the bucket's hint map; BlockState.Listed of each slab.
// TRANSITIONS list: hint, then Listed, then the hint again if somebody took it out in between, who has
//             looked for Listed too early. Claim: owner into the state (which drops Listed), then the hint.
// INVARIANTS  (1) The state decides. A hint may be stale.
//             (2) An object given back to an unclaimed slab lists it. One given back to a claimed slab need
//                 not: the claimant looks once more after it let go (Unclaim). Both exchange first and look
//                 then, so at least one sees the other.
// CHECKED BY  PartialListTests, InterleavingTests

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class PartialList
{
    internal static HintMap MapOf(in KmemCache cache) =>
        ArenaLayout.HintMapAt(Arena.Header, (nuint)cache.Bucket);

    /// <summary>The node's lowest listed slab from there, or HintMap.None. May be stale. No slab lies above
    /// the blocks ever used, and most of a map does.</summary>
    internal static nuint Find(in KmemCache cache, nuint from, nuint node = 0)
    {
        nuint block = MapOf(cache).Below(Nodes.HighBlock(node)).Find(from);
        return block < Nodes.EndBlock(node) ? block : HintMap.None;
    }

    /// <summary>A slab has a free object that it had not before: see to it that it can be found.</summary>
    internal static void AfterGiveBack(nuint block)
    {
        while (true)
        {
            BlockState state = Arena.StateOf(block);
            if (state.Kind != BlockState.KindSlab || state.Owner != 0 || state.IsListed) return;
            HintMap map = MapOf(KmemCache.OfCell(state.Cell));
            map.Add(block);
            if (!Arena.State(block).TryReplace(state.Value, state.Listed().Value)) continue;
            if (!map.Has(block)) map.Add(block);
            return;
        }
    }

    /// <summary>Claim some listed slab of the node and make it the cell's. Caller holds the lock.</summary>
    internal static bool TryClaimAny(KmemCacheThread* cell, nuint node = 0)
    {
        KmemCache cache = cell->Cache;
        nuint block = Find(cache, Nodes.FirstBlock(node), node);
        while (block != HintMap.None)
        {
            BlockState state = Arena.StateOf(block);
            if (!state.IsUnclaimedSlabOf(cache.Cell)) DropStale(cache, block);
            else if (TryClaim(cell, cache, block, state))
            {
                cell->Slab.Set(block);
                cell->Claim.End();
                return true;
            }
            block = Find(cache, block, node);
        }
        return false;
    }

    /// <summary>Claim this slab if it is still in this state; the claim stands in the journal, which the
    /// caller ends. Caller holds the lock.</summary>
    internal static bool TryClaim(
        KmemCacheThread* cell, in KmemCache cache, nuint block, BlockState state)
    {
        BlockState claimed = state.Claimed(cell->Owner);
        cell->Claim.Begin(block, claimed);
        if (!Arena.State(block).TryReplace(state.Value, claimed.Value))
        {
            cell->Claim.End();
            return false;
        }
        MapOf(cache).Remove(block);
        return true;
    }

    /// <summary>Let go of the cell's slab. Caller holds the lock.</summary>
    internal static void Unclaim(KmemCacheThread* cell)
    {
        KmemCache cache = cell->Cache;
        nuint block = (nuint)cell->Slab.Get();
        EndClaim(cell, block);
        cell->Slab.Set(0);
        if (!Slab.HasFree(block, cache)) return;
        AfterGiveBack(block);
        SlabRelease.TryRelease(cell, block, keepSpare: true);
    }

    /// <summary>The slab is nobody's any more, if it was the cell's. A full fence: the caller looks for free
    /// objects next, and who gives one back looks at the claim.</summary>
    internal static void EndClaim(KmemCacheThread* cell, nuint block)
    {
        BlockState state = Arena.StateOf(block);
        while (state.IsClaimedBy(cell->Owner, cell->Cache.Cell))
        {
            if (Arena.State(block).TryReplace(state.Value, state.Unclaimed().Value)) return;
            state = Arena.StateOf(block);
        }
    }

    /// <summary>Whether another slab of the same node is listed.</summary>
    internal static bool HasOther(in KmemCache cache, nuint block)
    {
        nuint node = Nodes.Of(block);
        nuint found = Find(cache, Nodes.FirstBlock(node), node);
        if (found == block) found = Find(cache, block + 1, node);
        return found != HintMap.None;
    }

    /// <summary>The hint names no slab that could be claimed. Take it out, and put it in again if the slab
    /// was listed meanwhile.</summary>
    internal static void DropStale(in KmemCache cache, nuint block)
    {
        MapOf(cache).Remove(block);
        BlockState state = Arena.StateOf(block);
        if (state.IsUnclaimedSlabOf(cache.Cell) && state.IsListed) MapOf(cache).Add(block);
    }

    /// <summary>A look found no free object: take the slab off the list, unless one came back meanwhile.
    /// </summary>
    internal static void Unlist(in KmemCache cache, nuint block)
    {
        BlockState state = Arena.StateOf(block);
        if (!state.IsUnclaimedSlabOf(cache.Cell))
        {
            DropStale(cache, block);
            return;
        }
        if (!Arena.State(block).TryReplace(state.Value, state.Unlisted().Value)) return;
        DropStale(cache, block);
        if (Slab.HasFree(block, cache)) AfterGiveBack(block);
    }
}
