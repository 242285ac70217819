// SPDX-License-Identifier: MIT
// The C ABI of include/nolockalloc/alloc_tag.h, in its order, and the entry that native/ calls.

using System.Runtime;
using System.Runtime.InteropServices;
using DNNE;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tags;

namespace NoLockAlloc.Api;

public static unsafe class TagExports
{
    [RuntimeExport("nla_kmalloc_nolock_tagged")]
    private static nuint KmallocNolockTagged(
        nuint size, uint gfp, int node, AllocTag* tag, ThreadState* self, ulong frame) =>
        KmallocSlow.AllocTagged(size, gfp, node, tag, self, frame);

    [RuntimeExport("nla_kmalloc_tagged")]
    private static nuint KmallocTagged(
        nuint size, uint gfp, AllocTag* tag, ThreadState* self, ulong frame) =>
        KmallocNormalSlow.AllocTagged(size, gfp, tag, self, frame);

    [RuntimeExport("nla_krealloc_tagged")]
    private static nuint KreallocTagged(
        nuint address, nuint size, uint gfp, AllocTag* tag, ThreadState* self, ulong frame) =>
        KmallocUtil.Realloc(address, size, gfp, tag, self, frame);

    [RuntimeExport("nla_kmemdup_tagged")]
    private static nuint KmemdupTagged(
        byte* from, nuint size, uint gfp, AllocTag* tag, ThreadState* self, ulong frame) =>
        KmallocUtil.Duplicate(from, size, gfp, tag, self, frame);

    [RuntimeExport("nla_kmemdup_nul_tagged")]
    private static nuint KmemdupNulTagged(
        byte* from, nuint size, uint gfp, AllocTag* tag, ThreadState* self, ulong frame) =>
        KmallocUtil.DuplicateText(from, size, gfp, tag, self, frame);

    [RuntimeExport("nla_kstrdup_tagged")]
    private static nuint KstrdupTagged(
        byte* text, uint gfp, AllocTag* tag, ThreadState* self, ulong frame) =>
        KstrndupTagged(text, KmallocUtil.Unlimited, gfp, tag, self, frame);

    [RuntimeExport("nla_kstrndup_tagged")]
    private static nuint KstrndupTagged(
        byte* text, nuint most, uint gfp, AllocTag* tag, ThreadState* self, ulong frame) =>
        KmallocUtil.DuplicateText(text, Text.LengthOf(text, most), gfp, tag, self, frame);

    [RuntimeExport("nla_kmem_cache_alloc_tagged")]
    private static nuint KmemCacheAllocTagged(
        CacheDescriptor* cache, uint gfp, AllocTag* tag, ThreadState* self, ulong frame) =>
        CachesSlow.AllocTagged(cache, gfp, tag, self, frame);

    [RuntimeExport("nla_kmem_cache_alloc_nolock_tagged")]
    private static nuint KmemCacheAllocNolockTagged(
        CacheDescriptor* cache, uint gfp, int node, AllocTag* tag, ThreadState* self, ulong frame) =>
        CachesSlow.AllocNolockTagged(cache, gfp, node, tag, self, frame);

    [RuntimeExport("nla_kmalloc_node_tagged")]
    private static nuint KmallocNodeTagged(
        nuint size, uint gfp, int node, AllocTag* tag, ThreadState* self, ulong frame) =>
        KmallocNormalSlow.AllocTagged(size, gfp, tag, self, frame, node);

    [RuntimeExport("nla_kmem_cache_alloc_node_tagged")]
    private static nuint KmemCacheAllocNodeTagged(
        CacheDescriptor* cache, uint gfp, int node, AllocTag* tag, ThreadState* self, ulong frame) =>
        CachesSlow.AllocTagged(cache, gfp, tag, self, frame, node);

    [RuntimeExport("nla_alloc_pages_nolock_tagged")]
    private static nuint AllocPagesNolockTagged(
        uint gfp, int node, uint order, AllocTag* tag, ThreadState* self, ulong frame) =>
        Page.Alloc(gfp, node, order, 1, tag, self, frame);

    [RuntimeExport("nla_alloc_frozen_pages_nolock_tagged")]
    private static nuint AllocFrozenPagesNolockTagged(
        uint gfp, int node, uint order, AllocTag* tag, ThreadState* self, ulong frame) =>
        Page.Alloc(gfp, node, order, 0, tag, self, frame);

    [C99DeclCode("struct alloc_tag;\nstruct nolockalloc_tag_module;")]
    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_alloc_tags_load")]
    public static void Load(
        [C99Type("struct alloc_tag *")] void* first, [C99Type("struct alloc_tag *")] void* end) =>
        TagTable.Load((AllocTag*)first, (AllocTag*)end);

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_alloc_tags_unload")]
    public static void Unload([C99Type("struct nolockalloc_tag_module *")] void* module) =>
        TagTable.Unload((TagModule*)module);

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_allocinfo")]
    [return: C99Type("int")]
    public static int WriteAllocinfo([C99Type("int")] int fd) => Allocinfo.Write(fd);
}
