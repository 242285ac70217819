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
        SlabCounts counts;
        SlabCounts.Take(&counts);
        Text text = new(fd);
        text.Add("slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize> "u8);
        text.Add("<objperslab> <pagesperslab> : tunables <limit> <batchcount> <sharedfactor>"u8);
        text.Add(" : slabdata <active_slabs> <num_slabs> <sharedavail>\n"u8);
        for (int bucket = KmemCache.Buckets; bucket > 0; bucket--)
        {
            BucketStats of;
            Stats.FillBucket(&of, bucket, SlabCounts.At(&counts, bucket));
            Row(ref text, of, bucket);
        }
        text.Flush();
        return text.Error;
    }

    private static void Row(ref Text text, in BucketStats of, int bucket)
    {
        const ulong pagesPerSlab = Arena.BlockBytes / 4096;
        CacheName name = CacheName.OfBucket(bucket);
        unsafe
        {
            text.Add(new System.ReadOnlySpan<byte>(&name.First, name.Length));
        }
        text.Pad(name.Length, NameWidth);
        Column(ref text, of.LiveObjects, 6);
        Column(ref text, of.ActiveSlabs * of.ObjectsPerSlab, 6);
        Column(ref text, SlotSizeOf(bucket), 6);
        Column(ref text, of.ObjectsPerSlab, 4);
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

    /// <summary>With all that debugging needs, as in the kernel.</summary>
    private static nuint SlotSizeOf(int bucket) =>
        Arena.Base == 0 ? Sizes.Of(bucket) : DebugCache.Serving(bucket).Size;
}
