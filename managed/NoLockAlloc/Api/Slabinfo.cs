// SPDX-License-Identifier: MIT
// The format of /proc/slabinfo, version 2.1 (mm/slab_common.c).

using NoLockAlloc.Debug;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

internal static unsafe class Slabinfo
{
    private const int NameWidth = 17;

    internal const ulong PagesPerSlab = Arena.BlockBytes / 4096;

    /// <summary>The highest number that may be listed.</summary>
    internal static int Last => Arena.Base == 0 ? KmemCache.Buckets : KmemCache.Last;

    /// <summary>Whether the cache has a row. A twin is in its cache's.</summary>
    internal static bool IsListed(int number)
    {
        if (number <= KmemCache.Buckets) return true;
        bool hasName = KmallocCg.Has(KmemCache.Of(number)) || *CacheDescriptor.NameOf(number) != 0;
        return CacheDescriptor.IsLive(number) && hasName && !CacheTwin.Is(number);
    }

    /// <summary>The cache whose numbers the row shows: a bucket may be a debug cache's.</summary>
    internal static KmemCache Serving(int number) => Arena.Base == 0 || number > KmemCache.Buckets
        ? KmemCache.Of(number) : DebugCache.Serving(number);

    internal static int Write(int fd)
    {
        Text text = new(fd);
        text.Add("slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> "u8);
        text.Add("<objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor>"u8);
        text.Add(" : slabdata <active_slabs> <num_slabs> <sharedavail>\n"u8);
        for (int number = Last; number > KmemCache.Buckets; number--)
        {
            if (!IsListed(number)) continue;
            bool isCg = KmallocCg.Has(KmemCache.Of(number));
            if (isCg) AddName(ref text, CacheName.Of("kmalloc-cg-"u8, KmemCache.Of(number).Size));
            else text.AddPadded(CacheDescriptor.NameOf(number), NameWidth);
            Row(ref text, KmemCache.Of(number));
        }
        for (int bucket = KmemCache.Buckets; bucket > 0; bucket--)
        {
            AddName(ref text, CacheName.OfBucket(bucket));
            Row(ref text, Serving(bucket));
        }
        text.Flush();
        return text.Error;
    }

    private static void AddName(ref Text text, CacheName name)
    {
        text.Add(new System.ReadOnlySpan<byte>(&name.First, name.Length));
        text.Pad(name.Length, NameWidth);
    }

    /// <summary>A debugged bucket's objects with all that debugging needs, as in the kernel.</summary>
    private static void Row(ref Text text, in KmemCache cache)
    {
        BucketStats of;
        Stats.FillBucket(&of, cache.Bucket, SlabCounts.Of(cache.Bucket));
        Column(ref text, of.LiveObjects, 6);
        Column(ref text, of.ActiveSlabs * cache.Objects, 6);
        Column(ref text, cache.Size, 6);
        Column(ref text, cache.Objects, 4);
        Column(ref text, PagesPerSlab, 4);
        text.Add(" : tunables    0    0    0 : slabdata"u8);
        Column(ref text, of.ActiveSlabs, 6);
        Column(ref text, of.ActiveSlabs, 6);
        Column(ref text, 0, 6);
        text.Add("\n"u8);
    }

    private static void Column(ref Text text, ulong value, int width)
    {
        text.Add(" "u8);
        text.AddNumber(value, width);
    }
}
