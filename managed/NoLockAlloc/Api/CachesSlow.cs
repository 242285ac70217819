// SPDX-License-Identifier: MIT
// Everything of the caches' allocations and frees that is not the fast path.

using System.Runtime.CompilerServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tags;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class CachesSlow
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static nuint Alloc(
        CacheDescriptor* cache, uint gfp, ThreadState* self, ulong frame, int node = Kmalloc.AnyNode) =>
        AllocTagged(cache, gfp, null, self, frame, node);

    /// <summary>The same; the object is counted at its call site, if tag is not null.</summary>
    internal static nuint AllocTagged(
        CacheDescriptor* cache, uint gfp, AllocTag* tag, ThreadState* self, ulong frame,
        int node = Kmalloc.AnyNode)
    {
        KmallocNormalSlow.ReportIgnored(gfp);
        if (!KmallocSlow.HasNode(node) || !TryNumber(cache, ref gfp, frame, out int number)) return 0;
        nuint size = CacheDescriptor.Of(number)->ObjectSize;
        if (Arena.Header->Failslab.ShouldFail(size)) return 0;
        self = KmallocSlow.Begin(self, frame);
        ulong entry = Tracking.EntryFor(gfp, tag);
        if (entry != 0) number = CacheTwin.ForTracked(number);
        nuint address = KmallocNormalSlow.Take(self, number, size, gfp, frame, node);
        if (entry != 0) address = KmallocTracked.Track(self, address, gfp, entry, frame);
        return KmallocSlow.Finish(address, gfp, isNormal: true);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static nuint AllocNolock(
        CacheDescriptor* cache, uint gfp, int node, ThreadState* self, ulong frame) =>
        AllocNolockTagged(cache, gfp, node, null, self, frame);

    /// <summary>The same; the object is counted at its call site, if tag is not null.</summary>
    internal static nuint AllocNolockTagged(
        CacheDescriptor* cache, uint gfp, int node, AllocTag* tag, ThreadState* self, ulong frame)
    {
        KmallocSlow.ReportIgnored(gfp);
        gfp &= Gfp.NolockMask;
        if (!Preemption.CanSpinTrylock) return 0;
        if (!KmallocSlow.HasNode(node) || !TryNumber(cache, ref gfp, frame, out int number)) return 0;
        nuint size = CacheDescriptor.Of(number)->ObjectSize;
        self = KmallocSlow.Begin(self, frame);
        ulong entry = Tracking.EntryFor(gfp, tag);
        if (entry != 0) number = CacheTwin.ForTracked(number);
        nuint address = KmallocSlow.Take(self, number, 0, size, gfp, frame, node);
        if (entry != 0) address = KmallocTracked.Track(self, address, gfp, entry, frame);
        return KmallocSlow.Finish(address, gfp, isNormal: false);
    }

    /// <summary>An object of another cache is reported once, and freed where it belongs (cache_from_obj).
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Free(
        CacheDescriptor* cache, nuint address, bool isNolock, ThreadState* self, ulong frame)
    {
        if (address == 0 || address == Kmalloc.ZeroSizePtr) return;
        int its = CacheTwin.KnownAs(Slab.CacheAt(address).Bucket);
        if (its != 0 && CacheDescriptor.NumberOf(cache) != its)
        {
            Report.Once(Report.WrongCache, "kmem_cache_free: Wrong slab cache, object "u8, address);
        }
        if (isNolock) KmallocSlow.Free(address, self, frame);
        else KmallocNormalSlow.Free(address, self, frame);
    }

    /// <summary>False, and a report: no such cache lives. Zeroing would undo what a constructor did. With
    /// SLAB_ACCOUNT each object is charged.</summary>
    private static bool TryNumber(CacheDescriptor* cache, ref uint gfp, ulong frame, out int number)
    {
        number = CacheDescriptor.NumberOf(cache);
        if (number == 0 || !CacheDescriptor.IsLive(number))
        {
            Report.Bad(Report.NotCache, (nuint)cache, KmallocSlow.CallerOf(frame));
            return false;
        }
        if ((CacheDescriptor.Of(number)->SlabFlags & SlabFlags.Account) != 0) gfp |= Gfp.Account;
        if ((gfp & Gfp.Zero) == 0 || KmemCache.Of(number).Constructor == 0) return true;
        Report.Once(
            Report.ZeroConstructed, "__GFP_ZERO is ignored by a cache with a constructor: "u8, (nuint)cache);
        gfp &= ~Gfp.Zero;
        return true;
    }
}
