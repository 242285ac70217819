// SPDX-License-Identifier: MIT
// ___slab_alloc (mm/slub.c): where an object comes from when the array has none or may not be used.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class SlabAlloc
{
    /// <summary>An object of the bucket. If an interrupted call of this thread is inside its cell, one of the
    /// next bucket, once, as in the kernel (next: 0 if there is none that would do); if that is busy too, or
    /// has nothing, or not on that node, past the cells. 0: memory is exhausted.</summary>
    internal static nuint Take(ThreadState* self, int bucket, int next, ulong frame, int wish = Nodes.Any)
    {
        if (self != null && KmemCache.Of(bucket).HasArrays && !Nodes.IsOnly(wish))
        {
            nuint address = TryByCell(self, bucket, frame, wish, out bool isBusy);
            if (!isBusy && (address != 0 || Nodes.AreOne)) return address;
            if (isBusy && next != 0 && KmemCache.Of(next).HasArrays)
            {
                address = TryByCell(self, next, frame, wish, out isBusy);
                if (address != 0) ThreadState.Cell(self, next)->Retries.Count();
                if (address != 0) return address;
            }
        }
        return Direct(self, bucket, frame, wish);
    }

    /// <summary>An object by way of the cell. isBusy: the cell is in use by an interrupted call. 0 and not
    /// isBusy: memory is exhausted, or that of the wished node, or the array is another node's.</summary>
    private static nuint TryByCell(
        ThreadState* self, int bucket, ulong frame, int wish, out bool isBusy)
    {
        KmemCacheThread* cell = ThreadState.UsableCell(self, bucket, frame);
        isBusy = cell == null || !CellGuard.TryEnter(cell, frame);
        if (isBusy) return 0;
        Hooks.At(Hooks.AllocLocked);
        DeferFree.Drain(cell);
        if (!HomeNode.Serves(cell, wish))
        {
            CellGuard.Leave(cell, frame);
            return 0;
        }
        bool isRefilled = cell->Head.Get() == 0 && TryRefill(self, cell, frame);
        if (isRefilled) IdleMemory.Look(cell, cell->SlowAllocs.Get());
        return PopAndLeave(cell, frame, isRefilled);
    }

    /// <summary>The top of the array, or 0; and out of the cell. What handlers deferred meanwhile is drained
    /// with the object back in the array: a call that is abandoned has one object in hand at most.</summary>
    private static nuint PopAndLeave(KmemCacheThread* cell, ulong frame, bool isSlow)
    {
        nuint address = 0;
        while (true)
        {
            if (cell->Head.Get() != 0) address = KmemCacheThread.Pop(cell);
            if (isSlow) cell->SlowAllocs.Count();
            isSlow = false;
            CellGuard.Free(cell, frame);
            if (cell->DeferPending.Load() == 0 || !CellGuard.TryEnter(cell, frame)) return address;
            if (address != 0) SlabFree.TryPush(cell, address);
            address = 0;
            DeferFree.Drain(cell);
        }
    }

    /// <summary>An object past the cells, in any context, by single exchanges. 0: memory is exhausted.
    /// </summary>
    internal static nuint Direct(ThreadState* self, int bucket, ulong frame, int wish = Nodes.Any)
    {
        Hooks.At(Hooks.AllocDirect);
        KmemCache cache = KmemCache.Of(bucket);
        nuint node = Nodes.Preferred(wish);
        nuint address = 0;
        if (self != null)
        {
            nuint block = (nuint)ThreadState.Cell(self, bucket)->Slab.Get();
            if (block != 0 && Nodes.Of(block) == node) address = Slab.TakeOne(block, cache);
        }
        if (address == 0) address = FromNodes(cache, node, wish);
        if (address == 0)
        {
            Reclaim.Everything(self, null, frame);
            address = FromNodes(cache, node, wish);
        }
        if (address == 0) address = FromAnySlab(cache, node, wish);
        if (address != 0 && Nodes.Of(Arena.BlockOf(address)) != node)
        {
            Barn.Counter(bucket, Barn.NodeMismatch).Add(1);
        }
        if (address != 0) Barn.Counter(bucket, Barn.AllocDirect).Add(1);
        return address;
    }

    /// <summary>Caller holds the lock; the array is empty.</summary>
    private static bool TryRefill(ThreadState* self, KmemCacheThread* cell, ulong frame)
    {
        if (TryRefillOnce(cell)) return true;
        if (!Nodes.AreOne) return false; // other nodes come before the last resort, and past the cell
        Reclaim.Everything(self, cell, frame);
        if (TryRefillOnce(cell)) return true;
        nuint address = FromAnySlab(cell->Cache, 0, Nodes.Any);
        if (address == 0) return false;
        KmemCacheThread.Push(cell, address);
        cell->Refilled.Count();
        return true;
    }

    private static bool TryRefillOnce(KmemCacheThread* cell)
    {
        nuint node = HomeNode.Of(cell);
        if (Barn.TryGet(cell, node)) return true;
        KmemCache cache = cell->Cache;
        do
        {
            nuint block = (nuint)cell->Slab.Get();
            if (block == 0) continue;
            bool isOurs = Arena.StateOf(block).IsClaimedBy(cell->Owner, cache.Cell);
            if (isOurs && Nodes.Of(block) == node && Slab.TakeBatch(cell, block)) return true;
            PartialList.Unclaim(cell);
        }
        while (PartialList.TryClaimAny(cell, node) || TryGrow(cell, node));
        return false;
    }

    /// <summary>A new slab for the cell. Caller holds the lock.</summary>
    private static bool TryGrow(KmemCacheThread* cell, nuint node)
    {
        nuint block = PageAllocator.TakeSlab(cell->Cache.Cell, cell->Owner, &cell->Claim, node);
        if (block != PageAllocator.None)
        {
            Hooks.At(Hooks.NewSlab);
            cell->Slab.Set(block);
            Barn.Counter(cell->Bucket, Barn.AllocSlabs).Add(1);
        }
        cell->Claim.End();
        return block != PageAllocator.None;
    }

    /// <summary>From the node, or else from others, if the wish is not for this one only.</summary>
    private static nuint FromNodes(in KmemCache cache, nuint node, int wish)
    {
        nuint address = 0;
        for (nuint left = Nodes.Candidates(wish); address == 0 && left != 0; left--)
        {
            address = FromListed(cache, node);
            if (address == 0) address = Barn.TakeOne(cache, node);
            if (address == 0) address = FromNewSlab(cache, node);
            node = Nodes.Following(node);
        }
        return address;
    }

    private static nuint FromListed(in KmemCache cache, nuint node)
    {
        nuint block = PartialList.Find(cache, Nodes.FirstBlock(node), node);
        while (block != HintMap.None)
        {
            nuint address = Slab.TakeOne(block, cache);
            if (address != 0) return address;
            PartialList.Unlist(cache, block);
            block = PartialList.Find(cache, block + 1, node);
        }
        return 0;
    }

    private static nuint FromNewSlab(in KmemCache cache, nuint node)
    {
        while (true)
        {
            nuint block = PageAllocator.TakeSlab(cache.Cell, 0, null, node);
            if (block == PageAllocator.None) return 0;
            Barn.Counter(cache.Bucket, Barn.AllocSlabs).Add(1);
            PartialList.AfterGiveBack(block);
            nuint address = Slab.TakeOne(block, cache);
            if (address != 0) return address;
        }
    }

    /// <summary>From any slab of the bucket, whoever has claimed it. Bounded by the blocks ever used.
    /// </summary>
    private static nuint FromAnySlab(in KmemCache cache, nuint node, int wish)
    {
        nuint address = 0;
        for (nuint left = Nodes.Candidates(wish); address == 0 && left != 0; left--)
        {
            nuint high = Nodes.HighBlock(node);
            for (nuint block = Nodes.FirstBlock(node); address == 0 && block < high; block++)
            {
                address = Slab.TakeOne(block, cache);
            }
            if (address == 0) address = Barn.TakeOne(cache, node);
            node = Nodes.Following(node);
        }
        return address;
    }
}
