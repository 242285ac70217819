// SPDX-License-Identifier: MIT
// ___slab_alloc (mm/slub.c): where an object comes from when the array has none or may not be used.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class SlabAlloc
{
    /// <summary>An object of the bucket. If an interrupted call of this thread is inside its cell, one of the
    /// next bucket, once, as in the kernel (next: 0 if there is none that would do); if that is busy too, or
    /// has nothing, past the cells. 0: memory is exhausted.</summary>
    internal static nuint Take(ThreadState* self, int bucket, int next, ulong frame)
    {
        if (self != null && KmemCache.Of(bucket).HasArrays)
        {
            nuint address = TryByCell(self, bucket, frame, out bool isBusy);
            if (!isBusy) return address;
            if (next != 0 && KmemCache.Of(next).HasArrays)
            {
                address = TryByCell(self, next, frame, out isBusy);
                if (address != 0) ThreadState.Cell(self, next)->Retries.Count();
                if (address != 0) return address;
            }
        }
        return Direct(self, bucket, frame);
    }

    /// <summary>An object by way of the cell. isBusy: the cell is in use by an interrupted call. 0 and not
    /// isBusy: memory is exhausted.</summary>
    internal static nuint TryByCell(ThreadState* self, int bucket, ulong frame, out bool isBusy)
    {
        KmemCacheThread* cell = ThreadState.UsableCell(self, bucket, frame);
        isBusy = cell == null || !CellGuard.TryEnter(cell, frame);
        if (isBusy) return 0;
        Hooks.At(Hooks.AllocLocked);
        DeferFree.Drain(cell);
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
    internal static nuint Direct(ThreadState* self, int bucket, ulong frame)
    {
        Hooks.At(Hooks.AllocDirect);
        KmemCache cache = KmemCache.Of(bucket);
        nuint address = 0;
        if (self != null)
        {
            nuint block = (nuint)ThreadState.Cell(self, bucket)->Slab.Get();
            if (block != 0) address = Slab.TakeOne(block, cache);
        }
        if (address == 0) address = FromListed(cache);
        if (address == 0) address = Barn.TakeOne(cache);
        if (address == 0) address = FromNewSlab(cache);
        if (address == 0)
        {
            Reclaim.Everything(self, null, frame);
            address = FromListed(cache);
        }
        if (address == 0) address = FromNewSlab(cache);
        if (address == 0) address = FromAnySlab(cache);
        if (address != 0) Barn.Counter(bucket, Barn.AllocDirect).Add(1);
        return address;
    }

    /// <summary>Caller holds the lock; the array is empty.</summary>
    private static bool TryRefill(ThreadState* self, KmemCacheThread* cell, ulong frame)
    {
        if (TryRefillOnce(cell)) return true;
        Reclaim.Everything(self, cell, frame);
        if (TryRefillOnce(cell)) return true;
        nuint address = FromAnySlab(cell->Cache);
        if (address == 0) return false;
        KmemCacheThread.Push(cell, address);
        cell->Refilled.Count();
        return true;
    }

    private static bool TryRefillOnce(KmemCacheThread* cell)
    {
        if (Barn.TryGet(cell)) return true;
        KmemCache cache = cell->Cache;
        do
        {
            nuint block = (nuint)cell->Slab.Get();
            if (block == 0) continue;
            bool isOurs = Arena.StateOf(block).IsClaimedBy(cell->Owner, cache.Cell);
            if (isOurs && Slab.TakeBatch(cell, block)) return true;
            PartialList.Unclaim(cell);
        }
        while (PartialList.TryClaimAny(cell) || TryGrow(cell));
        return false;
    }

    /// <summary>A new slab for the cell. Caller holds the lock.</summary>
    private static bool TryGrow(KmemCacheThread* cell)
    {
        nuint block = PageAllocator.TakeSlab(cell->Cache.Cell, cell->Owner, &cell->Claim);
        if (block != PageAllocator.None)
        {
            Hooks.At(Hooks.NewSlab);
            cell->Slab.Set(block);
            Barn.Counter(cell->Bucket, Barn.AllocSlabs).Add(1);
        }
        cell->Claim.End();
        return block != PageAllocator.None;
    }

    private static nuint FromListed(in KmemCache cache)
    {
        nuint block = PartialList.Find(cache, Arena.Header->First);
        while (block != HintMap.None)
        {
            nuint address = Slab.TakeOne(block, cache);
            if (address != 0) return address;
            PartialList.Unlist(cache, block);
            block = PartialList.Find(cache, block + 1);
        }
        return 0;
    }

    private static nuint FromNewSlab(in KmemCache cache)
    {
        while (true)
        {
            nuint block = PageAllocator.TakeSlab(cache.Cell, 0, null);
            if (block == PageAllocator.None) return 0;
            Barn.Counter(cache.Bucket, Barn.AllocSlabs).Add(1);
            PartialList.AfterGiveBack(block);
            nuint address = Slab.TakeOne(block, cache);
            if (address != 0) return address;
        }
    }

    /// <summary>From any slab of the bucket, whoever has claimed it. Bounded by the blocks ever used.
    /// </summary>
    private static nuint FromAnySlab(in KmemCache cache)
    {
        nuint high = (nuint)Arena.Header->HighBlock.Load();
        for (nuint block = Arena.Header->First; block < high; block++)
        {
            nuint address = Slab.TakeOne(block, cache);
            if (address != 0) return address;
        }
        return Barn.TakeOne(cache);
    }
}
