// SPDX-License-Identifier: MIT
// The format of /proc/slabinfo, version 2.1 (mm/slab_common.c).

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

internal static unsafe class Slabinfo
{
    private const int NameWidth = 17;

    internal static int Write(int fd)
    {
        SlabCounts counts;
        SlabCounts.Take(&counts);
        Text text = new(fd);
        text.Add("slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> "u8);
        text.Add("<objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor>"u8);
        text.Add(" : slabdata <active_slabs> <num_slabs> <sharedavail>\n"u8);
        for (int number = Arena.Base == 0 ? 0 : KmemCache.Last; number > KmemCache.Buckets; number--)
        {
            if (!CacheDescriptor.IsLive(number) || *CacheDescriptor.NameOf(number) == 0) continue;
            BucketStats of;
            Stats.FillBucket(&of, number, SlabCounts.Of(number));
            text.AddPadded(CacheDescriptor.NameOf(number), NameWidth);
            Row(ref text, of, KmemCache.Of(number));
        }
        for (int bucket = KmemCache.Buckets; bucket > 0; bucket--)
        {
            BucketStats of;
            Stats.FillBucket(&of, bucket, SlabCounts.At(&counts, bucket));
            AddBucketName(ref text, KmemCache.Of(bucket).Size);
            Row(ref text, of, KmemCache.Of(bucket));
        }
        text.Flush();
        return text.Error;
    }

    private static void AddBucketName(ref Text text, nuint size)
    {
        bool isInKibibytes = size >= 1024;
        nuint number = isInKibibytes ? size / 1024 : size;
        text.Add("kmalloc-"u8);
        text.AddNumber(number);
        if (isInKibibytes) text.Add("k"u8);
        text.Pad("kmalloc-"u8.Length + Digits(number) + (isInKibibytes ? 1 : 0), NameWidth);
    }

    private static void Row(ref Text text, in BucketStats of, in KmemCache cache)
    {
        const ulong pagesPerSlab = Arena.BlockBytes / 4096;
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

    private static int Digits(nuint value) => value < 10 ? 1 : 1 + Digits(value / 10);
}
