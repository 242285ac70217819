// SPDX-License-Identifier: MIT
// Everything of kmalloc_nolock and kfree_nolock that is not the fast path.

using System.Runtime.CompilerServices;
using NoLockAlloc.Debug;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tags;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class KmallocSlow
{
    /// <summary>The checks of kmalloc_nolock_noprof, in the kernel's order, then an object.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static nuint Alloc(nuint size, uint gfp, int node, ThreadState* self, ulong frame) =>
        AllocTagged(size, gfp, node, null, self, frame);

    /// <summary>The same; the object is counted at its call site, if tag is not null.</summary>
    internal static nuint AllocTagged(
        nuint size, uint gfp, int node, AllocTag* tag, ThreadState* self, ulong frame)
    {
        ReportIgnored(gfp);
        gfp &= Gfp.NolockMask;
        if (size == 0) return Kmalloc.ZeroSizePtr;
        if (!Preemption.CanSpinTrylock || size > KmemCache.MaximumSize || !HasNode(node)) return 0;
        self = Begin(self, frame);
        if (Arena.Base == 0) return 0;

        int bucket = KmemCache.BucketOf(size);
        ulong entry = Tracking.EntryFor(gfp, tag);
        int next = bucket < KmemCache.Buckets ? bucket + 1 : 0;
        if (KmemCache.Of(bucket).IsDebuggedBucket)
        {
            bucket = DebugCache.Serving(bucket).Bucket;
        }
        else if (entry != 0)
        {
            bucket = KmallocCg.For(bucket);
            if (next != 0) next = KmallocCg.For(next);
        }
        nuint address = Take(self, bucket, next, size, gfp, frame, node);
        if (entry != 0) address = KmallocTracked.Track(self, address, gfp, entry, frame);
        return Finish(address, gfp, isNormal: false);
    }

    /// <summary>One look for an object of a cache, debugged or not, of which size bytes are asked for. next:
    /// as of SlabAlloc.Take.</summary>
    internal static nuint Take(
        ThreadState* self, int number, int next, nuint size, uint gfp, ulong frame, int wish)
    {
        KmemCache cache = KmemCache.Of(number);
        return cache.IsDebug
            ? DebugAlloc.Take(self, cache, size, (gfp & Gfp.Zero) != 0, frame, wish)
            : SlabAlloc.Take(self, number, next, frame, wish);
    }

    /// <summary>What every allocation past the fast path begins with. Returns the thread's block, or null;
    /// there may be no arena.</summary>
    internal static ThreadState* Begin(ThreadState* self, ulong frame)
    {
        self = ThreadBlocks.Current(self, frame);
        if (Arena.Base == 0) return null;
        Hooks.At(Hooks.SlowAlloc);
        if (self != null) IrqWork.Run(self, frame);
        return self;
    }

    internal static void ReportIgnored(uint gfp)
    {
        if ((gfp & ~Gfp.NolockMask) != 0) Report.Once(Report.GfpBits, gfp & ~Gfp.NolockMask);
    }

    internal static bool HasNode(int node)
    {
        if (node == Kmalloc.AnyNode || node == 0) return true;
        if (Arena.Ensure() && Nodes.Has(node)) return true;
        Report.Once(Report.Node, (uint)node);
        return false;
    }

    /// <summary>What happens to an object before the program has it. 0 stays 0, and an object of a debug
    /// cache is as it is to be.</summary>
    internal static nuint Finish(nuint address, uint gfp, bool isNormal)
    {
        bool hasMore = Hardening.IsOn || (gfp & Gfp.Zero) != 0;
        if (address == 0 || !hasMore || Slab.CacheAt(address).IsDebug) return address;
        if (Hardening.IsOn) Slab.SetLive(address, Slab.CacheAt(address), isNormal);
        if ((gfp & Gfp.Zero) != 0) Os.Fill((void*)address, 0, Slab.CacheAt(address).Size);
        return address;
    }

    /// <summary>The checks of kfree_nolock, then the free. A large object is kept, as in the
    /// kernel.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Free(nuint address, ThreadState* self, ulong frame)
    {
        if (address == 0 || address == Kmalloc.ZeroSizePtr || HomeNode.TryPush(address, self, frame)) return;
        if (KmallocLarge.IsLarge(address))
        {
            Report.Once(
                Report.LargeFree, "large_kmalloc is not supported by kfree_nolock(); kept: "u8, address);
            return;
        }
        if (Hardening.IsOn && Slab.IsNormal(address, Slab.CacheAt(address)))
        {
            Report.Bad(Report.NotNolock, address, CallerOf(frame));
        }
        FreeObject(address, isNolock: true, self, frame);
    }

    /// <summary>Of any slab.</summary>
    internal static void FreeObject(nuint address, bool isNolock, ThreadState* self, ulong frame)
    {
        ulong caller = CallerOf(frame);
        KmemCache cache = Slab.CacheAt(address);
        if (!cache.IsDebug && !TryCacheOf(address, caller, out cache)) return;
        self = Preemption.Current(self, frame);
        Hooks.At(Hooks.SlowFree);
        if (self != null) IrqWork.Run(self, frame);
        if (cache.IsDebug)
        {
            KmallocTracked.Forget(cache, address);
            DebugFree.Free(self, cache, address, frame);
            return;
        }
        bool isFreed = !Hardening.IsOn || Slab.TryClearLive(address, cache);
        if (isFreed) KmallocTracked.Forget(cache, address);
        isFreed = isFreed && SlabFree.TryFree(self, cache, address, frame, isNolock);
        if (!isFreed) Report.Bad(Report.IsFree, address, caller);
    }

    /// <summary>The size of the bucket of an object; 0, and a report if it is none.</summary>
    internal static nuint SizeOf(nuint address, ulong frame)
    {
        if (address == 0 || address == Kmalloc.ZeroSizePtr) return 0;
        nuint large = KmallocLarge.SizeOf(address);
        if (large != 0) return large;
        KmemCache cache = Slab.CacheAt(address);
        if (cache.IsDebug) return DebugFree.SizeOf(null, cache, address, frame);
        return TryCacheOf(address, CallerOf(frame), out cache) ? cache.Size : 0;
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
