// SPDX-License-Identifier: MIT
// Pages by orders (mm/page_alloc.c). Orders 0 to 3 are objects of four caches, for which nothing of the slab
// layer has to be written again: arrays, deferral, and what is found again after an abandonment. Orders 4 to
// 10 are runs of blocks. Either way 2^order pages lie at a multiple of their length.

using System.Numerics;
using NoLockAlloc.Pages;

namespace NoLockAlloc.Slabs;

internal static unsafe class PageOrders
{
    internal const int Maximum = 10;
    internal const int PageShift = 12;

    /// <summary>The number of the cache of order 0; those of orders 1 to 3 follow.</summary>
    internal const int FirstCache = Sizes.FirstExtra;

    /// <summary>The first order that takes a whole block.</summary>
    internal const int BlockOrder = Arena.BlockShift - PageShift;

    internal static nuint BytesOf(int order) => (nuint)1 << (PageShift + order);

    internal static bool IsOf(in KmemCache cache) => (uint)(cache.Bucket - FirstCache) < BlockOrder;

    /// <summary>The order of what begins at the address; -1: no allocated pages do.</summary>
    internal static int OrderAt(nuint address)
    {
        if (PageRuns.IsRunHead(address))
        {
            return BlockOrder + BitOperations.TrailingZeroCount(PageRuns.BlocksOf(Arena.BlockOf(address)));
        }
        KmemCache cache = Slab.CacheAt(address);
        return IsOf(cache) && cache.IsStart(address) ? cache.Bucket - FirstCache : -1;
    }

    /// <summary>Where the pages begin that were allocated together with the one at the address, if any were;
    /// 0: surely none.</summary>
    internal static nuint StartOf(nuint address)
    {
        KmemCache cache = Slab.CacheAt(address);
        if (IsOf(cache)) return address & ~(cache.Size - 1);
        for (int order = BlockOrder; order <= Maximum; order++)
        {
            nuint start = address & ~(BytesOf(order) - 1);
            if (OrderAt(start) >= order) return start;
        }
        return 0;
    }

    /// <summary>2^order pages. self may be null. isZero: all their bytes are. 0: there are none.</summary>
    internal static nuint Take(
        ThreadState* self, int order, ulong frame, out bool isZero, int wish = Nodes.Any)
    {
        isZero = false;
        if (order < BlockOrder) return SlabAlloc.Take(self, CacheOf(order), 0, frame, wish);
        nuint blocks = (nuint)1 << (order - BlockOrder);
        nuint first = Runs.Take(self, blocks, blocks, frame, out isZero, wish);
        return first == PageRuns.None ? 0 : Arena.AddressOf(first);
    }

    /// <summary>What begins at the address is free again. False: it was already.</summary>
    internal static bool TryFree(ThreadState* self, nuint address, int order, ulong frame) =>
        order < BlockOrder
            ? SlabFree.TryFree(self, KmemCache.Of(FirstCache + order), address, frame)
            : Runs.TryFree(self, Arena.BlockOf(address), frame);

    /// <summary>The cache's number; whoever comes first writes its descriptor, and all write the same.
    /// </summary>
    private static int CacheOf(int order)
    {
        int number = FirstCache + order;
        if (!CacheDescriptor.IsLive(number))
        {
            CacheDescriptor.Of(number)->SetGeometry((uint)BytesOf(order), CacheDescriptor.SlowFree);
            CacheDescriptor.Publish(number);
        }
        return number;
    }
}
