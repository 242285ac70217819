// SPDX-License-Identifier: MIT
// Everything of malloc and free that is not the fast path: which of the three kinds of memory serves a size
// (a slab, a run of blocks, a mapping), and whose an address is.

using System.Runtime.CompilerServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class MallocSlow
{
    /// <summary>malloc's alignment, which every size has.</summary>
    internal const nuint Alignment = 16;

    /// <summary>PTRDIFF_MAX: no object is larger.</summary>
    internal static nuint Most => ~(nuint)0 >> 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static nuint Alloc(nuint size, ThreadState* self, ulong frame)
    {
        nuint address = TryAlloc(size, Alignment, self, frame, out _);
        return address != 0 ? address : OsHeap.NoMemory();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static nuint Calloc(nuint count, nuint size, ThreadState* self, ulong frame)
    {
        nuint bytes = count * size;
        if (Overflows(count, size)) return OsHeap.NoMemory();
        nuint address = TryAlloc(bytes, Alignment, self, frame, out bool isZero);
        if (address == 0) return OsHeap.NoMemory();
        return isZero ? address : (nuint)Os.Fill((void*)address, 0, bytes);
    }

    /// <summary>Whether count objects of that size are more than there are bytes.</summary>
    internal static bool Overflows(nuint count, nuint size) => size != 0 && count > ~(nuint)0 / size;

    /// <summary>An object of at least so many bytes, at a multiple of the alignment, a power of two. 0: there
    /// is no memory; errno is unchanged. isZero: all of it is zero.</summary>
    internal static nuint TryAlloc(
        nuint size, nuint alignment, ThreadState* self, ulong frame, out bool isZero)
    {
        isZero = false;
        if (size > Most || alignment > Most) return 0;
        if (size == 0) size = 1;
        self = ThreadBlocks.Current(self, frame);
        if (Arena.Base == 0) return 0;
        int bucket = size <= Sizes.Maximum ? AlignedFrom(Sizes.BucketOf(size), alignment) : 0;
        if (bucket == 0) return Large.Take(size, alignment, self, frame, out isZero);
        int next = bucket < Sizes.Buckets ? AlignedFrom(bucket + 1, alignment) : 0;
        nuint address = SlabAlloc.Take(self, bucket, next, frame);
        if (Hardening.IsOn && address != 0) Slab.SetLive(address, Slab.CacheAt(address));
        return address;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Free(nuint address, ThreadState* self, ulong frame)
    {
        if (address == 0 || HomeNode.TryPush(address, self, frame)) return;
        KmemCache cache = Slab.CacheAt(address);
        if (cache.Bucket != 0 && cache.IsStart(address))
        {
            self = ThreadBlocks.Current(self, frame);
            bool isFreed = !Hardening.IsOn || Slab.TryClearLive(address, cache);
            isFreed = isFreed && SlabFree.TryFree(self, cache, address, frame);
            if (!isFreed) Report.Bad(Report.IsFree, address, CallerOf(frame));
        }
        else if (cache.Bucket != 0 || !Large.TryFree(address, self, frame))
        {
            ReportBad(address, frame);
        }
    }

    /// <summary>The bytes that an object really has; 0: the address is no object's.</summary>
    internal static nuint SizeOf(nuint address)
    {
        KmemCache cache = Slab.CacheAt(address);
        if (cache.Bucket == 0) return Large.BytesOf(address);
        return cache.IsStart(address) ? cache.Size : 0;
    }

    /// <summary>malloc_usable_size: 0 of NULL, and 0 and a report of what is no object.</summary>
    internal static nuint UsableSize(nuint address, ulong frame)
    {
        if (address == 0) return 0;
        nuint size = SizeOf(address);
        if (size == 0) ReportBad(address, frame);
        return size;
    }

    /// <summary>malloc_trim: 1 if memory went back to the OS.</summary>
    internal static int Trim(ThreadState* self, ulong frame)
    {
        self = ThreadBlocks.Current(self, frame);
        return self != null && Reclaim.Trim(self, frame) != 0 ? 1 : 0;
    }

    /// <summary>An address that is no object's came in, from the caller of the entry.</summary>
    internal static void ReportBad(nuint address, ulong frame)
    {
        bool isSlab = Slab.CacheAt(address).Bucket != 0;
        Report.Bad(isSlab ? Report.NotStart : Report.NotOurs, address, CallerOf(frame));
    }

    private static ulong CallerOf(ulong frame) => *(ulong*)LocalLock.FrameAddress(frame);

    /// <summary>The first bucket from there whose objects are aligned so: an object ends where its block does
    /// or where the next begins, so all depends on the size. 0: none is.</summary>
    private static int AlignedFrom(int bucket, nuint alignment)
    {
        if (alignment <= Alignment) return bucket;
        while (bucket <= Sizes.Buckets && (Sizes.Of(bucket) & (alignment - 1)) != 0) bucket++;
        return bucket <= Sizes.Buckets ? bucket : 0;
    }
}
