// SPDX-License-Identifier: MIT
// struct page (include/linux/mm_types.h): a word for each page of the arena, whose place is the page's name.
//
// STATE       references of the pages that were allocated together, in the word of the first; else 0.
//             LargeKmalloc: they are an object of kmalloc() above its largest bucket, and have no references.
// WRITERS     anybody who has a reference, by compare-exchange. Who allocates, by a store.
// TRANSITIONS 0 -> 1 when the pages are handed out with a reference. n -> n + 1 and n -> n - 1 while n > 0;
//             who makes it 0 frees the pages, and nobody else does. 0 -> LargeKmalloc -> 0 likewise.
// ORDER       full fences: what was done under a reference comes before the pages are free.
// REENTRY     an abandoned call may leave pages that nobody has a reference of: the pages it had in hand.
// CHECKED BY  PageTests; page_test (native)

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class Page
{
    private const ulong LargeKmalloc = 1UL << 63;

    /// <summary>Whoever has just allocated the pages that begin there makes them an object of
    /// kmalloc().</summary>
    internal static void MarkLargeKmalloc(nuint address) => Of(address)->Store(LargeKmalloc);

    internal static bool IsLargeKmalloc(nuint address) =>
        address % PageOrders.BytesOf(0) == 0 && Of(address) != null && Of(address)->Load() == LargeKmalloc;

    /// <summary>True for one caller, who frees the pages.</summary>
    internal static bool TryUnmarkLargeKmalloc(nuint address) => Of(address)->TryReplace(LargeKmalloc, 0);

    /// <summary>Any bit that is no __GFP_ACCOUNT and no __GFP_ZERO is reported, as in kmalloc_nolock.
    /// Returns the address of the page's word; 0: there are none.</summary>
    internal static nuint Alloc(
        uint gfp, int node, uint order, ulong references, ThreadState* self, ulong frame)
    {
        if ((gfp & ~Gfp.NolockMask) != 0) Report.Once(Report.GfpBits, gfp & ~Gfp.NolockMask);
        if (!Preemption.CanSpinTrylock) return 0;
        if (order > PageOrders.Maximum) return 0;
        if (!KmallocSlow.HasNode(node)) return 0;
        self = ThreadBlocks.Current(self, frame);
        if (Arena.Base == 0) return 0;
        nuint address = PageOrders.Take(self, (int)order, frame, out bool isZero, node);
        if (address == 0) return 0;
        if (!isZero) Os.Fill((void*)address, 0, PageOrders.BytesOf((int)order));
        SharedWord* page = Of(address);
        page->Store(references);
        return (nuint)page;
    }

    /// <summary>free_pages_nolock and free_frozen_pages_nolock: references says which.</summary>
    internal static void Free(nuint page, uint order, ulong references, ThreadState* self, ulong frame)
    {
        nuint address = AddressOf(page);
        int allocated = address == 0 ? -1 : PageOrders.OrderAt(address);
        bool isRight = allocated >= 0 && (uint)allocated == order;
        if (isRight && references == 0) isRight = ((SharedWord*)page)->Load() == 0;
        if (!isRight) Report.Bad(Report.NotPages, page, KmallocSlow.CallerOf(frame));
        else if (references == 0) Release(address, allocated, self, frame);
        else Put(page, self, frame);
    }

    internal static void Get(nuint page, ulong frame)
    {
        SharedWord* count = FirstOf(page);
        ulong seen = 0;
        while (count != null && IsReferred(seen = count->Load()))
        {
            if (count->TryReplace(seen, seen + 1)) return;
        }
        Report.Bad(Report.NotPages, page, KmallocSlow.CallerOf(frame));
    }

    internal static void Put(nuint page, ThreadState* self, ulong frame)
    {
        SharedWord* count = FirstOf(page);
        ulong seen = 0;
        while (count != null && IsReferred(seen = count->Load()))
        {
            if (!count->TryReplace(seen, seen - 1)) continue;
            nuint address = AddressOf((nuint)count);
            if (seen == 1) Release(address, PageOrders.OrderAt(address), self, frame);
            return;
        }
        Report.Bad(Report.NotPages, page, KmallocSlow.CallerOf(frame));
    }

    internal static ulong References(nuint page)
    {
        SharedWord* count = FirstOf(page);
        return count == null ? 0 : count->Load();
    }

    internal static int OrderOf(nuint page)
    {
        SharedWord* first = FirstOf(page);
        return first == null ? 0 : PageOrders.OrderAt(AddressOf((nuint)first));
    }

    /// <summary>The page's first byte; 0 if that is no page of the arena.</summary>
    internal static nuint AddressOf(nuint page)
    {
        if (Arena.Base == 0 || page % sizeof(ulong) != 0) return 0;
        nuint number = (page - (nuint)Arena.Header->Pages) / sizeof(ulong);
        nuint address = Arena.Base + (number << PageOrders.PageShift);
        return page >= (nuint)Arena.Header->Pages && Arena.Contains(address) ? address : 0;
    }

    /// <summary>The word of the page that the address lies in; null if it is not the arena's.</summary>
    internal static SharedWord* Of(nuint address) => Arena.Contains(address)
        ? Arena.Header->Pages + ((address - Arena.Base) >> PageOrders.PageShift)
        : null;

    private static bool IsReferred(ulong references) => references != 0 && references != LargeKmalloc;

    private static SharedWord* FirstOf(nuint page)
    {
        nuint address = AddressOf(page);
        nuint start = address == 0 ? 0 : PageOrders.StartOf(address);
        return start == 0 ? null : Of(start);
    }

    private static void Release(nuint address, int order, ThreadState* self, ulong frame)
    {
        self = ThreadBlocks.Current(self, frame);
        bool isFreed = order >= 0 && PageOrders.TryFree(self, address, order, frame);
        if (!isFreed) Report.Bad(Report.IsFree, address, KmallocSlow.CallerOf(frame));
    }
}
