// SPDX-License-Identifier: MIT
// Pages and their references (mm/page_alloc.c, include/linux/mm.h). Words/PageWord.cs has the protocol.

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tags;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class Page
{
    /// <summary>Whoever has just allocated the pages that begin there makes them an object of
    /// kmalloc().</summary>
    internal static void MarkLargeKmalloc(nuint address, ulong entry) =>
        Of(address)->Store(PageWord.OfLargeKmalloc(entry).Value);

    internal static bool IsLargeKmalloc(nuint address) => AtStart(address).IsLargeKmalloc;

    /// <summary>True for one caller, who frees the pages, and forgets the entry.</summary>
    internal static bool TryUnmarkLargeKmalloc(nuint address, out ulong entry)
    {
        PageWord seen = AtStart(address);
        entry = seen.Entry;
        return seen.IsLargeKmalloc && Of(address)->TryReplace(seen.Value, 0);
    }

    /// <summary>What is known of the pages, or the object of kmalloc(), that begin at the address; 0:
    /// nothing.</summary>
    internal static ulong EntryOf(nuint address) => AtStart(address).Entry;

    /// <summary>Any bit that is no __GFP_ACCOUNT and no __GFP_ZERO is reported, as in kmalloc_nolock.
    /// Returns the address of the page's word; 0: there are none, or a limit refuses them.</summary>
    internal static nuint Alloc(
        uint gfp, int node, uint order, ulong references, AllocTag* tag, ThreadState* self, ulong frame)
    {
        KmallocSlow.ReportIgnored(gfp);
        gfp &= Gfp.NolockMask;
        if (!Preemption.CanSpinTrylock) return 0;
        if (order > PageOrders.Maximum || !KmallocSlow.HasNode(node)) return 0;
        self = ThreadBlocks.Current(self, frame);
        if (Arena.Base == 0) return 0;
        nuint bytes = PageOrders.BytesOf((int)order);
        ulong entry = Tracking.EntryFor(gfp, tag);
        if (!Tracking.TryBegin(entry, bytes, gfp)) return 0;
        nuint address = PageOrders.Take(self, (int)order, frame, out bool isZero, node);
        if (address == 0)
        {
            Tracking.End(entry, bytes);
            return 0;
        }
        if (!isZero) Os.Fill((void*)address, 0, bytes);
        SharedWord* page = Of(address);
        page->Store(PageWord.Of(references, entry).Value);
        return (nuint)page;
    }

    /// <summary>free_pages_nolock and free_frozen_pages_nolock: references says which.</summary>
    internal static void Free(nuint page, uint order, ulong references, ThreadState* self, ulong frame)
    {
        nuint address = AddressOf(page);
        int allocated = address == 0 ? -1 : PageOrders.OrderAt(address);
        bool isRight = allocated >= 0 && (uint)allocated == order;
        if (isRight && references != 0)
        {
            Put(page, self, frame);
            return;
        }
        PageWord seen = isRight ? new(((SharedWord*)page)->Load()) : default;
        isRight = isRight && seen.References == 0 && !seen.IsLargeKmalloc &&
            (seen.Value == 0 || ((SharedWord*)page)->TryReplace(seen.Value, 0));
        if (isRight) Release(address, allocated, seen.Entry, self, frame);
        else Report.Bad(Report.NotPages, page, KmallocSlow.CallerOf(frame));
    }

    internal static void Get(nuint page, ulong frame)
    {
        SharedWord* word = FirstOf(page);
        PageWord seen = default;
        while (word != null && (seen = new(word->Load())).References != 0 && seen.HasRoomForReference)
        {
            if (word->TryReplace(seen.Value, seen.Referenced().Value)) return;
        }
        Report.Bad(Report.NotPages, page, KmallocSlow.CallerOf(frame));
    }

    internal static void Put(nuint page, ThreadState* self, ulong frame)
    {
        SharedWord* word = FirstOf(page);
        PageWord seen = default;
        while (word != null && (seen = new(word->Load())).References != 0)
        {
            if (!word->TryReplace(seen.Value, seen.Unreferenced().Value)) continue;
            nuint address = AddressOf((nuint)word);
            if (seen.References == 1) Release(address, PageOrders.OrderAt(address), seen.Entry, self, frame);
            return;
        }
        Report.Bad(Report.NotPages, page, KmallocSlow.CallerOf(frame));
    }

    internal static ulong References(nuint page)
    {
        SharedWord* word = FirstOf(page);
        return word == null ? 0 : new PageWord(word->Load()).References;
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

    /// <summary>The word of the page that begins at the address; 0: none does.</summary>
    private static PageWord AtStart(nuint address)
    {
        SharedWord* word = address % PageOrders.BytesOf(0) == 0 ? Of(address) : null;
        return new PageWord(word == null ? 0 : word->Load());
    }

    private static SharedWord* FirstOf(nuint page)
    {
        nuint address = AddressOf(page);
        nuint start = address == 0 ? 0 : PageOrders.StartOf(address);
        return start == 0 ? null : Of(start);
    }

    private static void Release(nuint address, int order, ulong entry, ThreadState* self, ulong frame)
    {
        if (order >= 0) Tracking.End(entry, PageOrders.BytesOf(order));
        self = ThreadBlocks.Current(self, frame);
        bool isFreed = order >= 0 && PageOrders.TryFree(self, address, order, frame);
        if (!isFreed) Report.Bad(Report.IsFree, address, KmallocSlow.CallerOf(frame));
    }
}
