// SPDX-License-Identifier: MIT
// Everything of kmalloc_nolock and kfree_nolock that is not the fast path.

using System.Runtime.CompilerServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class KmallocSlow
{
    /// <summary>The checks of kmalloc_nolock_noprof, in the kernel's order, then an object.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static nuint Alloc(nuint size, uint gfp, int node, ThreadState* self, ulong frame)
    {
        if ((gfp & ~Gfp.NolockMask) != 0) Report.Once(Report.GfpBits, gfp & ~Gfp.NolockMask);
        if (size == 0) return Kmalloc.ZeroSizePtr;
        if (!Preemption.CanSpinTrylock) return 0;
        if (size > KmemCache.MaximumSize) return 0;
        if (node != Kmalloc.AnyNode && node != 0)
        {
            Report.Once(Report.Node, (uint)node);
            return 0;
        }
        self = ThreadBlocks.Current(self, frame);
        if (Arena.Base == 0) return 0;
        Hooks.At(Hooks.SlowAlloc);
        if (self != null) IrqWork.Run(self, frame);

        int bucket = KmemCache.BucketOf(size);
        int next = bucket < KmemCache.Buckets ? bucket + 1 : 0;
        nuint address = SlabAlloc.Take(self, bucket, next, frame);
        if (address == 0) return 0;
        if (Hardening.IsOn) Slab.SetLive(address, Slab.CacheAt(address));
        if ((gfp & Gfp.Zero) != 0) Os.Fill((void*)address, 0, Slab.CacheAt(address).Size);
        return address;
    }

    /// <summary>The checks of kfree_nolock, then the free.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Free(nuint address, ThreadState* self, ulong frame)
    {
        if (address == 0 || address == Kmalloc.ZeroSizePtr) return;
        ulong caller = CallerOf(frame);
        if (!TryCacheOf(address, caller, out KmemCache cache)) return;
        self = Preemption.Current(self, frame);
        Hooks.At(Hooks.SlowFree);
        if (self != null) IrqWork.Run(self, frame);
        bool isFreed = !Hardening.IsOn || Slab.TryClearLive(address, cache);
        isFreed = isFreed && SlabFree.TryFree(self, cache, address, frame);
        if (!isFreed) Report.Bad(Report.IsFree, address, caller);
    }

    /// <summary>The size of the bucket of an object; 0, and a report if it is none.</summary>
    internal static nuint SizeOf(nuint address, ulong frame)
    {
        if (address == 0 || address == Kmalloc.ZeroSizePtr) return 0;
        return TryCacheOf(address, CallerOf(frame), out KmemCache cache) ? cache.Size : 0;
    }

    /// <summary>The address that the call will return to: it lies in the frame.</summary>
    internal static ulong CallerOf(ulong frame) => *(ulong*)LocalLock.FrameAddress(frame);

    private static bool TryCacheOf(nuint address, ulong caller, out KmemCache cache)
    {
        cache = Slab.CacheAt(address);
        bool isSlab = cache.Bucket != 0;
        bool isPages = PageOrders.IsOf(cache) || PageRuns.IsRunHead(address);
        if (isSlab && !isPages && cache.IsStart(address)) return true;
        Report.Bad(isPages ? Report.IsPages : isSlab ? Report.NotStart : Report.NotOurs, address, caller);
        return false;
    }
}
