// SPDX-License-Identifier: MIT
// Everything of kmalloc and kfree that is not the fast path. It is what kmalloc_nolock does, but that there
// is no other bucket, that large sizes are served, that failslab may want it to fail, and that
// __GFP_DIRECT_RECLAIM gives idle memory back and looks again before NULL.

using System.Runtime.CompilerServices;
using NoLockAlloc.Debug;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tags;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class KmallocNormalSlow
{
    private const int ReclaimsAtMost = 3;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static nuint Alloc(
        nuint size, uint gfp, ThreadState* self, ulong frame, int node = Kmalloc.AnyNode) =>
        AllocTagged(size, gfp, null, self, frame, node);

    /// <summary>The same; the object is counted at its call site, if tag is not null.</summary>
    internal static nuint AllocTagged(
        nuint size, uint gfp, AllocTag* tag, ThreadState* self, ulong frame, int node = Kmalloc.AnyNode)
    {
        ReportIgnored(gfp);
        if (size == 0) return Kmalloc.ZeroSizePtr;
        if (size > KmallocLarge.MaximumSize)
        {
            bool isSilent = (gfp & Gfp.NoWarn) != 0;
            if (!isSilent) Report.Once(Report.TooLarge, "kmalloc() cannot serve a size of "u8, size);
            return 0;
        }
        if (!KmallocSlow.HasNode(node)) return 0;
        self = KmallocSlow.Begin(self, frame);
        if (Arena.Base == 0 || Arena.Header->Failslab.ShouldFail(size)) return 0;
        if (size > KmemCache.MaximumSize) return KmallocLarge.Alloc(self, size, gfp, tag, frame, node);

        int bucket = KmemCache.BucketOf(size);
        ulong entry = Tracking.EntryFor(gfp, tag);
        if (KmemCache.Of(bucket).IsDebuggedBucket) bucket = DebugCache.Serving(bucket).Bucket;
        else if (entry != 0) bucket = KmallocCg.For(bucket);
        nuint address = Take(self, bucket, size, gfp, frame, node);
        if (entry != 0) address = KmallocTracked.Track(self, address, gfp, entry, frame);
        return KmallocSlow.Finish(address, gfp, isNormal: true);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Free(nuint address, ThreadState* self, ulong frame)
    {
        if (address == 0 || address == Kmalloc.ZeroSizePtr || HomeNode.TryPush(address, self, frame)) return;
        if (KmallocLarge.IsLarge(address)) KmallocLarge.Free(address, self, frame);
        else KmallocSlow.FreeObject(address, isNolock: false, self, frame);
    }

    /// <summary>An object of the cache, of which size bytes are asked for. A block that another thread gives
    /// back to the OS is nobody's meanwhile (DECISIONS 18), so one look may find nothing and the next one
    /// something.</summary>
    internal static nuint Take(
        ThreadState* self, int number, nuint size, uint gfp, ulong frame, int node)
    {
        int wish = Nodes.Wish(node, gfp);
        nuint address = KmallocSlow.Take(self, number, 0, size, gfp, frame, wish);
        for (int i = 0; address == 0 && MayReclaim(gfp, i); i++)
        {
            Reclaim.Trim(self, frame);
            address = KmallocSlow.Take(self, number, 0, size, gfp, frame, wish);
        }
        return address;
    }

    /// <summary>Whether to look again after so many looks.</summary>
    internal static bool MayReclaim(uint gfp, int looks) =>
        (gfp & Gfp.DirectReclaim) != 0 && looks < ReclaimsAtMost;

    internal static void ReportIgnored(uint gfp)
    {
        uint ignored = gfp & Gfp.Ignored;
        if (ignored != 0) Report.Once(Report.NormalGfpBits, "kmalloc() ignores gfp flags "u8, ignored);
    }
}
