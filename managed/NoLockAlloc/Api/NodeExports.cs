// SPDX-License-Identifier: MIT
// The C ABI of include/nolockalloc/numa.h, in its order.

using System.Runtime.InteropServices;
using DNNE;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

public static unsafe class NodeExports
{
    private const string Handle = "struct kmem_cache *";

    [C99DeclCode("struct page;\nstruct kmem_cache;")]
    [UnmanagedCallersOnly(EntryPoint = "num_online_nodes")]
    [return: C99Type("int")]
    public static int NumOnlineNodes() => Arena.Ensure() ? (int)Nodes.Count : 1;

    [UnmanagedCallersOnly(EntryPoint = "numa_node_id")]
    [return: C99Type("int")]
    public static int NumaNodeId() => Arena.Ensure() ? (int)Nodes.Preferred(Nodes.Any) : 0;

    [UnmanagedCallersOnly(EntryPoint = "page_to_nid")]
    [return: C99Type("int")]
    public static int PageToNid([C99Type("const struct page *")] nuint page) => NodeAt(Page.AddressOf(page));

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_nid")]
    [return: C99Type("int")]
    public static int NolockallocNid([C99Type("const void *")] nuint address) => NodeAt(address);

    [UnmanagedCallersOnly(EntryPoint = "kmalloc_node")]
    [return: C99Type("void *")]
    public static nuint KmallocNode(
        [C99Type("size_t")] nuint size, [C99Type("gfp_t")] uint flags, [C99Type("int")] int node)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        ulong frame = Exports.FrameOf(&caller);
        return node == Kmalloc.AnyNode
            ? KmallocNormal.Alloc(size, flags, self, frame)
            : KmallocNormalSlow.Alloc(size, flags, self, frame, node);
    }

    [UnmanagedCallersOnly(EntryPoint = "kmem_cache_alloc_node")]
    [return: C99Type("void *")]
    public static nuint KmemCacheAllocNode(
        [C99Type(Handle)] void* cache, [C99Type("gfp_t")] uint flags, [C99Type("int")] int node)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        ulong frame = Exports.FrameOf(&caller);
        return node == Kmalloc.AnyNode
            ? Caches.Alloc((CacheDescriptor*)cache, flags, self, frame)
            : CachesSlow.Alloc((CacheDescriptor*)cache, flags, self, frame, node);
    }

    private static int NodeAt(nuint address) =>
        Arena.Contains(address) ? (int)Nodes.Of(Arena.BlockOf(address)) : Kmalloc.AnyNode;
}
