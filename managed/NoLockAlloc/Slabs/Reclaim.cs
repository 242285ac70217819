// SPDX-License-Identifier: MIT
// The last resort before NULL, and the work of nolockalloc_trim: whatever is cached anywhere that the caller
// may touch goes back to its slab, empty slabs go back to the page allocator, and hints that abandoned calls
// failed to set are set. Arrays of other running threads are theirs.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class Reclaim
{
    /// <summary>self: the caller's block or null. held: the cell whose lock the caller holds, or null.
    /// Bounded by the blocks and thread blocks ever used.</summary>
    internal static void Everything(ThreadState* self, KmemCacheThread* held, ulong frame)
    {
        Hooks.At(Hooks.Reclaim);
        ThreadBlocks.Reap(frame);
        for (ulong id = 1; id <= Arena.Header->HighThread.Load(); id++)
        {
            ThreadState* visited = ThreadBlocks.TryVisit(id, frame);
            if (visited == null) continue;
            Flush(visited, null, frame);
            ThreadBlocks.Leave(visited);
        }
        if (self != null)
        {
            RunGuard.SettleAbandoned(self, frame);
            Flush(self, held, frame);
        }
        if (self == null || !TrySweepAll(self, held, frame)) SweepAsVisitor(frame);
        PageAllocator.Audit();
    }

    /// <summary>Everything, and then idle memory back to the OS. self: the caller's block or null. Returns
    /// the bytes.</summary>
    internal static nuint Trim(ThreadState* self, ulong frame)
    {
        if (Arena.Base == 0) return 0;
        Everything(self, null, frame);
        if (self != null && TryPurge(self, frame, out nuint bytes)) return bytes;
        ThreadState* visited = ThreadBlocks.VisitAny(frame);
        if (visited == null) return 0;
        TryPurge(visited, frame, out bytes);
        ThreadBlocks.Leave(visited);
        return bytes;
    }

    /// <summary>Purge in the name of some cell that no interrupted call is inside. False: there is none.
    /// </summary>
    private static bool TryPurge(ThreadState* self, ulong frame, out nuint bytes)
    {
        bytes = 0;
        for (int bucket = 1; bucket <= KmemCache.Last; bucket = KmemCache.After(bucket))
        {
            KmemCacheThread* cell = ThreadState.Cell(self, bucket);
            if (!CellGuard.TryEnter(cell, frame)) continue;
            bytes = PurgeAll(cell);
            CellGuard.Leave(cell, frame);
            return true;
        }
        return false;
    }

    /// <summary>Do the deferred frees of every cell that no interrupted call is inside. Returns how many.
    /// </summary>
    internal static nuint Drain(ThreadState* self, ulong frame)
    {
        nuint drained = IrqWork.Run(self, frame);
        for (int bucket = 1; bucket <= KmemCache.Last; bucket = KmemCache.After(bucket))
        {
            KmemCacheThread* cell = ThreadState.Cell(self, bucket);
            if (cell->DeferPending.Load() == 0 || !CellGuard.TryEnter(cell, frame)) continue;
            drained += DeferFree.Drain(cell) + CellGuard.Leave(cell, frame);
        }
        return drained;
    }

    /// <summary>Empty the arrays of a block and let go of its slabs.</summary>
    internal static void Flush(ThreadState* self, KmemCacheThread* held, ulong frame)
    {
        IrqWork.Run(self, frame);
        for (int bucket = 1; bucket <= KmemCache.Last; bucket = KmemCache.After(bucket))
        {
            KmemCacheThread* cell = ThreadState.Cell(self, bucket);
            if (cell == held || !cell->IsPrepared || !CellGuard.TryEnter(cell, frame)) continue;
            DeferFree.Drain(cell);
            SlabFree.Flush(cell, 0);
            if (cell->Slab.Get() != 0) PartialList.Unclaim(cell);
            CellGuard.Leave(cell, frame);
        }
    }

    /// <summary>What a thread without a block does, or one whose cells are in use by calls that it
    /// interrupted: releasing a slab is written down in the journal of a cell.</summary>
    private static void SweepAsVisitor(ulong frame)
    {
        ThreadState* visited = ThreadBlocks.VisitAny(frame);
        if (visited == null) return;
        TrySweepAll(visited, null, frame);
        ThreadBlocks.Leave(visited);
    }

    /// <summary>False: an interrupted call is inside some cell, whose bucket was left out. The buckets come
    /// last: there lie the extension vectors of other caches' slabs.</summary>
    private static bool TrySweepAll(ThreadState* self, KmemCacheThread* held, ulong frame)
    {
        int firstOther = KmemCache.After(KmemCache.Buckets);
        bool isSwept = TrySweep(self, held, frame, firstOther, KmemCache.Last);
        return TrySweep(self, held, frame, 1, KmemCache.Buckets) && isSwept;
    }

    private static bool TrySweep(ThreadState* self, KmemCacheThread* held, ulong frame, int first, int last)
    {
        bool isSwept = true;
        for (int bucket = first; bucket <= last; bucket = KmemCache.After(bucket))
        {
            if (!CacheDescriptor.IsLive(bucket))
            {
                DyingCaches.Sweep(self, bucket, frame);
                continue;
            }
            KmemCacheThread* cell = ThreadState.UsableCell(self, bucket, frame);
            if (cell != null && cell == held)
            {
                Sweep(cell);
                continue;
            }
            if (cell == null || !CellGuard.TryEnter(cell, frame))
            {
                isSwept = false;
                continue;
            }
            SweepWithBarn(cell);
            CellGuard.Leave(cell, frame);
        }
        return isSwept;
    }

    /// <summary>kmem_cache_shrink: what this thread and the barn keep of one cache. self: the caller's block.
    /// </summary>
    internal static void Shrink(ThreadState* self, int number, ulong frame)
    {
        KmemCacheThread* cell = ThreadState.UsableCell(self, number, frame);
        if (cell == null || !CellGuard.TryEnter(cell, frame)) return;
        if (cell->Slab.Get() != 0) PartialList.Unclaim(cell);
        SweepWithBarn(cell);
        CellGuard.Leave(cell, frame);
    }

    private static void SweepWithBarn(KmemCacheThread* cell)
    {
        SlabFree.Flush(cell, 0);
        while (Barn.TryGet(cell)) SlabFree.Flush(cell, 0);
        Sweep(cell);
    }

    /// <summary>Release the bucket's empty slabs and list those with room. Caller holds the lock.</summary>
    internal static void Sweep(KmemCacheThread* cell)
    {
        KmemCache cache = cell->Cache;
        nuint high = (nuint)Arena.Header->HighBlock.Load();
        for (nuint block = Arena.Header->First; block < high; block = Nodes.After(block))
        {
            BlockState state = Arena.StateOf(block);
            if (!state.IsUnclaimedSlabOf(cache.Cell)) continue;
            if (SlabRelease.TryRelease(cell, block, keepSpare: false)) continue;
            if (state.IsListed) PartialList.MapOf(cache).Add(block);
            else if (Slab.HasFree(block, cache)) PartialList.AfterGiveBack(block);
        }
    }

    private static nuint PurgeAll(KmemCacheThread* cell)
    {
        nuint bytes = 0;
        nuint high = (nuint)Arena.Header->HighBlock.Load();
        for (nuint block = Arena.Header->First; block < high; block = Nodes.After(block))
        {
            if (PageAllocator.TryPurgeFree(block, cell->Owner, ref cell->Claim)) bytes += Arena.BlockBytes;
        }
        return bytes;
    }
}
