// SPDX-License-Identifier: MIT
// malloc_stats: a table on stderr, a line for each size that is in use.

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

internal static unsafe class MallocStats
{
    private const int StandardError = 2;
    private const int Width = 12;

    internal static void Write()
    {
        Text text = new(StandardError);
        text.Add("nolockalloc malloc\n"u8);
        text.Add("        size       slabs        live      cached      allocs       frees\n"u8);
        SlabCounts slabs;
        SlabCounts.Take(&slabs);
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++)
        {
            Row(ref text, bucket, SlabCounts.At(&slabs, bucket));
        }
        Mallinfo info;
        Mallinfo.Fill(&info);
        Line(ref text, info.Uordblks, " bytes in objects of slabs\n"u8);
        Line(ref text, info.Arena, " bytes in slabs and idle blocks\n"u8);
        Line(ref text, info.Keepcost, " bytes in idle blocks\n"u8);
        Line(ref text, info.Hblkhd, " bytes in mappings\n"u8);
        Line(ref text, info.Hblks, " mappings\n"u8);
        text.Flush();
    }

    private static void Row(ref Text text, int bucket, ulong slabs)
    {
        BucketStats of;
        Stats.FillBucket(&of, bucket, slabs);
        ulong allocs = of.AllocFastpath + of.AllocSlowpath;
        if (slabs == 0 && allocs == 0) return;
        text.AddNumber(of.ObjectSize, Width);
        text.AddNumber(slabs, Width);
        text.AddNumber(of.LiveObjects, Width);
        text.AddNumber(of.CachedObjects, Width);
        text.AddNumber(allocs, Width);
        text.AddNumber(of.FreeFastpath + of.FreeSlowpath, Width);
        text.Add("\n"u8);
    }

    private static void Line(ref Text text, ulong value, System.ReadOnlySpan<byte> what)
    {
        text.AddNumber(value, Width);
        text.Add(what);
    }
}
