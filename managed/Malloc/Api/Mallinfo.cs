// SPDX-License-Identifier: MIT
// struct mallinfo2 of <malloc.h>, field for field, and malloc_stats, its human twin. While other threads run,
// the numbers are read one after the other.

using System.Runtime.InteropServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Mallinfo
{
    /// <summary>Bytes of slabs, and of blocks that are idle and not yet back with the OS.</summary>
    internal nuint Arena;

    /// <summary>Free objects in slabs.</summary>
    internal nuint Ordblks;

    /// <summary>glibc's fast bins: 0.</summary>
    internal nuint Smblks;

    /// <summary>Mappings, each of one large object.</summary>
    internal nuint Hblks;

    /// <summary>Bytes of mappings.</summary>
    internal nuint Hblkhd;

    /// <summary>0, as in glibc.</summary>
    internal nuint Usmblks;

    /// <summary>glibc's fast bins: 0.</summary>
    internal nuint Fsmblks;

    /// <summary>Bytes of the program's objects, each with its bucket's size; without mappings.</summary>
    internal nuint Uordblks;

    /// <summary>Arena less Uordblks.</summary>
    internal nuint Fordblks;

    /// <summary>Bytes of idle blocks: what malloc_trim gives back at least.</summary>
    internal nuint Keepcost;

    internal static Mallinfo* Fill(Mallinfo* info)
    {
        *info = default;
        if (Pages.Arena.Base == 0) return info;
        SlabCounts slabs;
        SlabCounts.Take(&slabs);
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++)
        {
            info->Add(bucket, SlabCounts.At(&slabs, bucket));
        }
        info->Keepcost = (nuint)SlabCounts.At(&slabs, 0) << Pages.Arena.BlockShift;
        info->Arena += info->Keepcost;
        info->Fordblks = info->Arena - info->Uordblks;
        info->Hblks = (nuint)Mappings.Count.Load();
        info->Hblkhd = (nuint)Mappings.CountBytes.Load();
        return info;
    }

    private void Add(int bucket, ulong slabs)
    {
        BucketStats of;
        Stats.FillBucket(&of, bucket, slabs);
        nuint objects = (nuint)(slabs * of.ObjectsPerSlab);
        nuint live = of.LiveObjects < objects ? (nuint)of.LiveObjects : objects;
        Arena += (nuint)slabs << Pages.Arena.BlockShift;
        Ordblks += objects - live;
        Uordblks += live * of.ObjectSize;
    }
}
