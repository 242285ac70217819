// SPDX-License-Identifier: MIT
// What nolockalloc_stats() tells, as JSON: the names are those of struct nolockalloc_stats. Bucket by bucket:
// the whole struct would not fit on the stack that is promised.

using NoLockAlloc.Debug;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

internal static unsafe class StatsJson
{
    internal static int Write(int fd)
    {
        SlabCounts counts;
        SlabCounts.Take(&counts);
        Json json = new(fd);
        json.Open(default);
        AddProcess(ref json, &counts);
        json.OpenList("buckets"u8);
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++)
        {
            BucketStats of;
            Stats.FillBucket(&of, bucket, SlabCounts.At(&counts, bucket));
            json.Open(default);
            SlabinfoJson.AddName(ref json, bucket);
            AddBucket(ref json, &of);
            if (Arena.Base != 0) AddMismatches(ref json, bucket);
            json.Close();
        }
        json.CloseList();
        json.OpenList("nodes"u8);
        for (nuint node = 0; Arena.Base != 0 && node < Nodes.Count; node++) AddNode(ref json, node);
        json.CloseList();
        json.Close();
        return json.Finish();
    }

    private static void AddProcess(ref Json json, SlabCounts* counts)
    {
        Stats stats = default;
        if (Arena.Base != 0) Stats.FillProcess(&stats, counts);
        ulong slabs = 0;
        for (int index = 1; index <= SlabCounts.Others; index++) slabs += SlabCounts.At(counts, index);
        json.Number("version"u8, Stats.KnownVersion);
        json.Number("arena_bytes"u8, stats.ArenaBytes);
        json.Number("slab_bytes"u8, slabs * Arena.BlockBytes);
        json.Number("idle_bytes"u8, stats.IdleBytes);
        json.Number("thread_blocks"u8, stats.ThreadBlocks);
        json.Number("thread_blocks_in_use"u8, stats.ThreadBlocksInUse);
        json.Number("thread_blocks_high"u8, stats.ThreadBlocksHigh);
        json.Number("reports"u8, stats.Reports);
    }

    private static void AddBucket(ref Json json, BucketStats* of)
    {
        json.Number("object_size"u8, of->ObjectSize);
        json.Number("objects_per_slab"u8, of->ObjectsPerSlab);
        json.Number("alloc_fastpath"u8, of->AllocFastpath);
        json.Number("alloc_slowpath"u8, of->AllocSlowpath);
        json.Number("free_fastpath"u8, of->FreeFastpath);
        json.Number("free_slowpath"u8, of->FreeSlowpath);
        json.Number("alloc_slab"u8, of->AllocSlab);
        json.Number("free_slab"u8, of->FreeSlab);
        json.Number("sheaf_refill"u8, of->SheafRefill);
        json.Number("sheaf_flush"u8, of->SheafFlush);
        json.Number("barn_get"u8, of->BarnGet);
        json.Number("barn_put"u8, of->BarnPut);
        json.Number("bucket_retry"u8, of->BucketRetry);
        json.Number("alloc_direct"u8, of->AllocDirect);
        json.Number("free_direct"u8, of->FreeDirect);
        json.Number("defer_free"u8, of->DeferFree);
        json.Number("defer_free_drained"u8, of->DeferFreeDrained);
        json.Number("lock_recovered"u8, of->LockRecovered);
        json.Number("active_slabs"u8, of->ActiveSlabs);
        json.Number("cached_objects"u8, of->CachedObjects);
    }

    private static void AddMismatches(ref Json json, int bucket) =>
        json.Number(
            "alloc_node_mismatch"u8,
            Barn.Counter(DebugCache.Serving(bucket).Bucket, Barn.NodeMismatch).Load());

    private static void AddNode(ref Json json, nuint node)
    {
        ulong slabs = 0;
        ulong idle = 0;
        for (nuint block = Nodes.FirstBlock(node); block < Nodes.HighBlock(node); block++)
        {
            Words.BlockState state = Arena.StateOf(block);
            if (state.Kind == Words.BlockState.KindSlab) slabs++;
            else if (state.IsFree && state.IsDirty) idle++;
        }
        json.Open(default);
        json.Number("node"u8, node);
        json.Number("arena_bytes"u8, (Nodes.EndBlock(node) - Nodes.FirstBlock(node)) * Arena.BlockBytes);
        json.Number("slab_bytes"u8, slabs * Arena.BlockBytes);
        json.Number("idle_bytes"u8, idle * Arena.BlockBytes);
        json.Close();
    }
}
