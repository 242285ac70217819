// SPDX-License-Identifier: MIT
// Everything of the caches' allocations and frees that is not the fast path.

using System.Runtime.CompilerServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class CachesSlow
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static nuint Alloc(
        CacheDescriptor* cache, uint gfp, ThreadState* self, ulong frame, int node = Kmalloc.AnyNode)
    {
        KmallocNormalSlow.ReportIgnored(gfp);
        if (!KmallocSlow.HasNode(node) || !TryNumber(cache, ref gfp, frame, out int number)) return 0;
        if (Arena.Header->Failslab.ShouldFail(KmemCache.Of(number).Size)) return 0;
        self = KmallocSlow.Begin(self, frame);
        return KmallocSlow.Finish(
            KmallocNormalSlow.Take(self, number, gfp, frame, node), gfp, isNormal: true);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static nuint AllocNolock(
        CacheDescriptor* cache, uint gfp, int node, ThreadState* self, ulong frame)
    {
        KmallocSlow.ReportIgnored(gfp);
        if (!Preemption.CanSpinTrylock) return 0;
        if (!KmallocSlow.HasNode(node) || !TryNumber(cache, ref gfp, frame, out int number)) return 0;
        self = KmallocSlow.Begin(self, frame);
        return KmallocSlow.Finish(SlabAlloc.Take(self, number, 0, frame, node), gfp, isNormal: false);
    }

    /// <summary>An object of another cache is reported once, and freed where it belongs (cache_from_obj).
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Free(
        CacheDescriptor* cache, nuint address, bool isNolock, ThreadState* self, ulong frame)
    {
        if (address == 0 || address == Kmalloc.ZeroSizePtr) return;
        int its = Slab.CacheAt(address).Bucket;
        if (its != 0 && CacheDescriptor.NumberOf(cache) != its)
        {
            Report.Once(Report.WrongCache, "kmem_cache_free: Wrong slab cache, object "u8, address);
        }
        if (isNolock) KmallocSlow.Free(address, self, frame);
        else KmallocNormalSlow.Free(address, self, frame);
    }

    /// <summary>False, and a report: no such cache lives. Zeroing would undo what a constructor
    /// did.</summary>
    private static bool TryNumber(CacheDescriptor* cache, ref uint gfp, ulong frame, out int number)
    {
        number = CacheDescriptor.NumberOf(cache);
        if (number == 0 || !CacheDescriptor.IsLive(number))
        {
            Report.Bad(Report.NotCache, (nuint)cache, KmallocSlow.CallerOf(frame));
            return false;
        }
        if ((gfp & Gfp.Zero) == 0 || KmemCache.Of(number).Constructor == 0) return true;
        Report.Once(
            Report.ZeroConstructed, "__GFP_ZERO is ignored by a cache with a constructor: "u8, (nuint)cache);
        gfp &= ~Gfp.Zero;
        return true;
    }
}
