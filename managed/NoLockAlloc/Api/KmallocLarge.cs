// SPDX-License-Identifier: MIT
// kmalloc above the largest bucket (___kmalloc_large_node, mm/slub.c): pages, by orders. The word of the
// first page says that they are such an object (the kernel's PGTY_large_kmalloc), its group and its call
// site, and who makes it 0 frees them.

using System.Numerics;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tags;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class KmallocLarge
{
    /// <summary>KMALLOC_MAX_SIZE.</summary>
    internal const nuint MaximumSize = (nuint)1 << (PageOrders.PageShift + PageOrders.Maximum);

    /// <summary>The bytes that an object of more than KmemCache.MaximumSize gets.</summary>
    internal static nuint RoundUp(nuint size) => PageOrders.BytesOf(OrderOf(size));

    internal static nuint Alloc(
        ThreadState* self, nuint size, uint gfp, AllocTag* tag, ulong frame, int node)
    {
        int wish = Nodes.Wish(node, gfp);
        int order = OrderOf(size);
        nuint bytes = PageOrders.BytesOf(order);
        ulong entry = Tracking.EntryFor(gfp, tag);
        if (!Tracking.TryBegin(entry, bytes, gfp)) return 0;
        nuint address = PageOrders.Take(self, order, frame, out bool isZero, wish);
        for (int i = 0; address == 0 && KmallocNormalSlow.MayReclaim(gfp, i); i++)
        {
            Reclaim.Trim(self, frame);
            address = PageOrders.Take(self, order, frame, out isZero, wish);
        }
        if (address == 0)
        {
            Tracking.End(entry, bytes);
            return 0;
        }
        if ((gfp & Gfp.Zero) != 0 && !isZero) Os.Fill((void*)address, 0, bytes);
        Page.MarkLargeKmalloc(address, entry);
        return address;
    }

    internal static bool IsLarge(nuint address) => Page.IsLargeKmalloc(address);

    /// <summary>0: no large object begins there.</summary>
    internal static nuint SizeOf(nuint address) =>
        IsLarge(address) ? PageOrders.BytesOf(PageOrders.OrderAt(address)) : 0;

    /// <summary>The caller has seen that it is large.</summary>
    internal static void Free(nuint address, ThreadState* self, ulong frame)
    {
        int order = PageOrders.OrderAt(address);
        self = ThreadBlocks.Current(self, frame);
        bool isOurs = Page.TryUnmarkLargeKmalloc(address, out ulong entry);
        if (isOurs) Tracking.End(entry, PageOrders.BytesOf(order));
        if (isOurs && PageOrders.TryFree(self, address, order, frame)) return;
        Report.Bad(Report.IsFree, address, KmallocSlow.CallerOf(frame));
    }

    /// <summary>get_order, of 2 bytes or more.</summary>
    private static int OrderOf(nuint size)
    {
        int log = 64 - BitOperations.LeadingZeroCount((ulong)size - 1);
        return log <= PageOrders.PageShift ? 0 : log - PageOrders.PageShift;
    }
}
