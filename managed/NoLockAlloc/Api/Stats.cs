// SPDX-License-Identifier: MIT
// struct nolockalloc_stats of include/nolockalloc.h, field for field, and how it is filled.

using System.Runtime.InteropServices;
using NoLockAlloc.Debug;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

[StructLayout(LayoutKind.Sequential)]
internal struct BucketStats
{
    internal uint ObjectSize;
    internal uint ObjectsPerSlab;
    internal ulong AllocFastpath;
    internal ulong AllocSlowpath;
    internal ulong FreeFastpath;
    internal ulong FreeSlowpath;
    internal ulong AllocSlab;
    internal ulong FreeSlab;
    internal ulong SheafRefill;
    internal ulong SheafFlush;
    internal ulong BarnGet;
    internal ulong BarnPut;
    internal ulong BucketRetry;
    internal ulong AllocDirect;
    internal ulong FreeDirect;
    internal ulong DeferFree;
    internal ulong DeferFreeDrained;
    internal ulong LockRecovered;
    internal ulong ActiveSlabs;
    internal ulong CachedObjects;

    internal readonly ulong LiveObjects => AllocFastpath + AllocSlowpath - FreeFastpath - FreeSlowpath;
}

/// <summary>How many slabs each bucket has, by bucket, idle blocks at index 0, and the slabs of all other
/// caches at index Others: one pass over the blocks ever used.</summary>
[StructLayout(LayoutKind.Sequential, Size = (Others + 1) * sizeof(ulong))]
internal unsafe struct SlabCounts
{
    internal const int Others = KmemCache.Buckets + 1;

    private ulong _first;

    internal static void Take(SlabCounts* counts)
    {
        *counts = default;
        if (Arena.Base == 0) return;
        nuint high = (nuint)Arena.Header->HighBlock.Load();
        for (nuint block = Arena.Header->First; block < high; block = Nodes.After(block))
        {
            BlockState state = Arena.StateOf(block);
            if (state.Kind == BlockState.KindSlab) At(counts, IndexOf(KmemCache.OfCell(state.Cell)))++;
            else if (state.IsFree && state.IsDirty) At(counts, 0)++;
        }
    }

    /// <summary>Of one cache.</summary>
    internal static ulong Of(int number)
    {
        ulong slabs = 0;
        if (Arena.Base == 0) return 0;
        nuint high = (nuint)Arena.Header->HighBlock.Load();
        for (nuint block = Arena.Header->First; block < high; block = Nodes.After(block))
        {
            if (Arena.StateOf(block).IsSlabOf(KmemCache.Of(number).Cell)) slabs++;
        }
        return slabs;
    }

    private static int IndexOf(KmemCache cache)
    {
        if (cache.IsBucket) return cache.Bucket;
        bool isDebugged = SlubDebug.IsAvailable && cache.Bucket >= DebugLayout.FirstCache;
        return isDebugged ? cache.Bucket - DebugLayout.FirstCache + 1 : Others;
    }

    internal static ref ulong At(SlabCounts* counts, int bucket) => ref (&counts->_first)[bucket];
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Stats
{
    internal const uint KnownVersion = 1;

    internal uint Version;
    internal uint Buckets;
    internal ulong ArenaBytes;
    internal ulong SlabBytes;
    internal ulong IdleBytes;
    internal ulong ThreadBlocks;
    internal ulong ThreadBlocksInUse;
    internal ulong ThreadBlocksHigh;
    internal ulong Reports;

    /// <summary>The first of KmemCache.Buckets that follow each other.</summary>
    internal BucketStats FirstBucket;

    /// <summary>False: stats is null, or of a version that is not known.</summary>
    internal static bool TryFill(Stats* stats)
    {
        if (stats == null || stats->Version != KnownVersion) return false;
        SlabCounts counts;
        SlabCounts.Take(&counts);
        *stats = default;
        stats->Version = KnownVersion;
        stats->Buckets = KmemCache.Buckets;
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++)
        {
            BucketStats* of = &stats->FirstBucket + (bucket - 1);
            FillBucket(of, bucket, SlabCounts.At(&counts, bucket));
            stats->SlabBytes += of->ActiveSlabs * Arena.BlockBytes;
        }
        stats->SlabBytes += SlabCounts.At(&counts, SlabCounts.Others) * Arena.BlockBytes;
        if (Arena.Base != 0) FillProcess(stats, &counts);
        return true;
    }

    /// <summary>The same of one cache. False: there is no such cache.</summary>
    internal static bool TryFillCache(CacheDescriptor* cache, BucketStats* of)
    {
        int number = CacheDescriptor.NumberOf(cache);
        if (of == null || number == 0 || !CacheDescriptor.IsLive(number)) return false;
        FillBucket(of, number, SlabCounts.Of(number));
        return true;
    }

    internal static void FillProcess(Stats* stats, SlabCounts* counts)
    {
        stats->IdleBytes = SlabCounts.At(counts, 0) * Arena.BlockBytes;
        stats->ArenaBytes = (Arena.Header->Blocks - Arena.Header->First) << Arena.BlockShift;
        stats->ThreadBlocks = Arena.Header->Threads;
        stats->ThreadBlocksHigh = Slabs.ThreadBlocks.HighOwnable();
        stats->Reports = Arena.Header->Reports.Load();
        for (ulong id = 1; id <= stats->ThreadBlocksHigh; id++)
        {
            if (new ThreadWord(ThreadState.WordOf(id).Load()).IsOwned) stats->ThreadBlocksInUse++;
        }
    }

    /// <summary>Of a cache with those of its twin: to the program they are one.</summary>
    internal static void FillBucket(BucketStats* of, int bucket, ulong slabs)
    {
        *of = default;
        of->ObjectSize = (uint)KmemCache.Of(bucket).Size;
        of->ObjectsPerSlab = (uint)KmemCache.Of(bucket).Objects;
        of->ActiveSlabs = slabs;
        if (Arena.Base == 0) return;
        KmemCache serving = DebugCache.Serving(bucket);
        of->ObjectsPerSlab = (uint)serving.Objects;
        if (KmemCache.Of(bucket).IsDebug) of->ObjectSize = CacheDescriptor.Of(bucket)->ObjectSize;
        Add(of, serving.Bucket);
        if (!CacheTwin.Has(bucket)) return;
        of->ActiveSlabs += SlabCounts.Of(CacheTwin.Of(bucket));
        Add(of, CacheTwin.Of(bucket));
    }

    private static void Add(BucketStats* of, int bucket)
    {
        ulong direct = Barn.Counter(bucket, Barn.AllocDirect).Load();
        of->AllocDirect += direct;
        of->AllocSlowpath += direct;
        direct = Barn.Counter(bucket, Barn.FreeDirect).Load();
        of->FreeDirect += direct;
        of->FreeSlowpath += direct;
        of->AllocSlab += Barn.Counter(bucket, Barn.AllocSlabs).Load();
        of->FreeSlab += Barn.Counter(bucket, Barn.FreeSlabs).Load();
        of->CachedObjects += Barn.CountObjects(bucket);
        ulong high = Arena.Header->HighThread.Load();
        for (ulong id = 1; id <= high; id++)
        {
            AddCell(of, ThreadState.Cell(ThreadState.Of(id), bucket));
        }
    }

    private static void AddCell(BucketStats* of, KmemCacheThread* cell)
    {
        if (!cell->IsPrepared) return;
        ulong slow = cell->SlowAllocs.Get();
        ulong drained = cell->Drained.Get();
        ulong head = cell->Head.Get();
        of->AllocFastpath += Positive(cell->CountPops() - slow);
        of->AllocSlowpath += slow;
        of->FreeFastpath += cell->Head.Frees;
        of->FreeSlowpath += cell->SlowFrees.Get() + drained;
        of->SheafRefill += cell->Refilled.Get();
        of->SheafFlush += cell->Flushed.Get();
        of->BarnGet += cell->BarnGets.Get();
        of->BarnPut += cell->BarnPuts.Get();
        of->BucketRetry += cell->Retries.Get();
        of->DeferFree += cell->Deferred.Get();
        of->DeferFreeDrained += drained;
        of->LockRecovered += cell->Recovered.Get();
        if ((long)head > 0) of->CachedObjects += head;
    }

    /// <summary>Counters of a thread that runs are read one after the other: a difference of them may be
    /// below zero for a moment.</summary>
    private static ulong Positive(ulong difference) => (long)difference < 0 ? 0 : difference;
}
