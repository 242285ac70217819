// SPDX-License-Identifier: MIT
// The C ABI of include/nolockalloc/alloc_tag.h, in its order, and the entry that native/ calls.

using System.Runtime;
using System.Runtime.InteropServices;
using DNNE;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tags;

namespace NoLockAlloc.Api;

public static unsafe class TagExports
{
    [RuntimeExport("nla_kmalloc_nolock_tagged")]
    private static nuint KmallocNolockTagged(
        nuint size, uint gfp, int node, AllocTag* tag, ThreadState* self, ulong frame) =>
        KmallocSlow.AllocTagged(size, gfp, node, tag, self, frame);

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
