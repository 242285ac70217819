// SPDX-License-Identifier: MIT
// The C ABI of include/nolockalloc/page.h, in its order.

using System.Runtime.InteropServices;
using DNNE;
using NoLockAlloc.Machine;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

public static unsafe class PageExports
{
    [C99DeclCode("struct page;")]
    [UnmanagedCallersOnly(EntryPoint = "alloc_pages_nolock")]
    [return: C99Type("struct page *")]
    public static nuint AllocPagesNolock(
        [C99Type("gfp_t")] uint gfp, [C99Type("int")] int node, [C99Type("unsigned int")] uint order)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        return Page.Alloc(gfp, node, order, 1, null, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "free_pages_nolock")]
    public static void FreePagesNolock(
        [C99Type("struct page *")] nuint page, [C99Type("unsigned int")] uint order)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        if (page != 0) Page.Free(page, order, 1, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "alloc_frozen_pages_nolock")]
    [return: C99Type("struct page *")]
    public static nuint AllocFrozenPagesNolock(
        [C99Type("gfp_t")] uint gfp, [C99Type("int")] int node, [C99Type("unsigned int")] uint order)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        return Page.Alloc(gfp, node, order, 0, null, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "free_frozen_pages_nolock")]
    public static void FreeFrozenPagesNolock(
        [C99Type("struct page *")] nuint page, [C99Type("unsigned int")] uint order)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        if (page != 0) Page.Free(page, order, 0, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "get_page")]
    public static void GetPage([C99Type("struct page *")] nuint page)
    {
        ulong caller;
        Os.Enter(&caller);
        Page.Get(page, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "put_page")]
    public static void PutPage([C99Type("struct page *")] nuint page)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        Page.Put(page, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "page_ref_count")]
    [return: C99Type("int")]
    public static int PageRefCount([C99Type("const struct page *")] nuint page) => (int)Page.References(page);

    [UnmanagedCallersOnly(EntryPoint = "compound_order")]
    [return: C99Type("unsigned int")]
    public static uint CompoundOrder([C99Type("const struct page *")] nuint page)
    {
        int order = Page.OrderOf(page);
        return order < 0 ? 0 : (uint)order;
    }

    [UnmanagedCallersOnly(EntryPoint = "page_address")]
    [return: C99Type("void *")]
    public static nuint PageAddress([C99Type("const struct page *")] nuint page) => Page.AddressOf(page);

    [UnmanagedCallersOnly(EntryPoint = "virt_to_page")]
    [return: C99Type("struct page *")]
    public static nuint VirtToPage([C99Type("const void *")] nuint address) => (nuint)Page.Of(address);
}
