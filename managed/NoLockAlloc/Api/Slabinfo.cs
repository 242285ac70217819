// SPDX-License-Identifier: MIT
// The format of /proc/slabinfo, version 2.1 (mm/slab_common.c).

using NoLockAlloc.Debug;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

internal static unsafe class Slabinfo
{
    private const int NameWidth = 17;

    internal static int Write(int fd)
    {
        Text text = new(fd);
        text.Add("slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> "u8);
        text.Add("<objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor>"u8);
        text.Add(" : slabdata <active_slabs> <num_slabs> <sharedavail>\n"u8);
        for (int number = Arena.Base == 0 ? 0 : KmemCache.Last; number > KmemCache.Buckets; number--)
        {
            bool isCg = KmallocCg.Has(KmemCache.Of(number));
            if (!CacheDescriptor.IsLive(number)) continue;
            if (!isCg && *CacheDescriptor.NameOf(number) == 0) continue;
            if (isCg) AddName(ref text, CacheName.Of("kmalloc-cg-"u8, KmemCache.Of(number).Size));
            else text.AddPadded(CacheDescriptor.NameOf(number), NameWidth);
            Row(ref text, KmemCache.Of(number));
        }
        for (int bucket = KmemCache.Buckets; bucket > 0; bucket--)
        {
            AddName(ref text, CacheName.OfBucket(bucket));
            Row(ref text, Arena.Base == 0 ? KmemCache.Of(bucket) : DebugCache.Serving(bucket));
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
        const ulong pagesPerSlab = Arena.BlockBytes / 4096;
        BucketStats of;
        Stats.FillBucket(&of, cache.Bucket, SlabCounts.Of(cache.Bucket));
        Column(ref text, of.LiveObjects, 6);
        Column(ref text, of.ActiveSlabs * cache.Objects, 6);
        Column(ref text, cache.Size, 6);
        Column(ref text, cache.Objects, 4);
        Column(ref text, pagesPerSlab, 4);
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
