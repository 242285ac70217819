// SPDX-License-Identifier: MIT
// The C ABI of include/nolockalloc/kmem_cache.h. struct kmem_cache is a CacheDescriptor, which nobody outside
// looks into.

using System.Runtime;
using System.Runtime.InteropServices;
using DNNE;
using NoLockAlloc.Machine;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

public static unsafe class CacheExports
{
    private const string Handle = "struct kmem_cache *";

    [C99DeclCode("struct kmem_cache;\nstruct nolockalloc_bucket_stats;\n" +
        "typedef unsigned int slab_flags_t;\n" +
        "typedef void (*kmem_cache_ctor)(void *object);")]
    [UnmanagedCallersOnly(EntryPoint = "kmem_cache_create")]
    [return: C99Type(Handle)]
    public static void* KmemCacheCreate(
        [C99Type("const char *")] byte* name, [C99Type("unsigned int")] uint size,
        [C99Type("unsigned int")] uint align, [C99Type("slab_flags_t")] uint flags,
        [C99Type("kmem_cache_ctor")] void* ctor)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        bool isRight = CacheGeometry.TryMake(size, align, flags, (nuint)ctor, out CacheGeometry geometry);
        return CacheMaking.Create(name, geometry, isRight, flags, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kmem_cache_destroy")]
    public static void KmemCacheDestroy([C99Type(Handle)] void* cache)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        CacheMaking.Destroy((CacheDescriptor*)cache, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kmem_cache_shrink")]
    [return: C99Type("int")]
    public static int KmemCacheShrink([C99Type(Handle)] void* cache)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        return CacheMaking.Shrink((CacheDescriptor*)cache, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kmem_cache_size")]
    [return: C99Type("unsigned int")]
    public static uint KmemCacheSize([C99Type(Handle)] void* cache) => ((CacheDescriptor*)cache)->ObjectSize;

    [UnmanagedCallersOnly(EntryPoint = "kmem_cache_alloc")]
    [return: C99Type("void *")]
    public static nuint KmemCacheAlloc([C99Type(Handle)] void* cache, [C99Type("gfp_t")] uint flags)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        return Caches.Alloc((CacheDescriptor*)cache, flags, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kmem_cache_free")]
    public static void KmemCacheFree([C99Type(Handle)] void* cache, [C99Type("void *")] nuint address)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        Caches.Free((CacheDescriptor*)cache, address, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kmem_cache_alloc_nolock")]
    [return: C99Type("void *")]
    public static nuint KmemCacheAllocNolock(
        [C99Type(Handle)] void* cache, [C99Type("gfp_t")] uint flags, [C99Type("int")] int node)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        return Caches.AllocNolock((CacheDescriptor*)cache, flags, node, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kmem_cache_free_nolock")]
    public static void KmemCacheFreeNolock([C99Type(Handle)] void* cache, [C99Type("void *")] nuint address)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        Caches.FreeNolock((CacheDescriptor*)cache, address, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kmem_cache_alloc_bulk")]
    [return: C99Type("int")]
    public static int KmemCacheAllocBulk(
        [C99Type(Handle)] void* cache, [C99Type("gfp_t")] uint flags, [C99Type("size_t")] nuint size,
        [C99Type("void **")] void** objects)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        return KmallocUtil.AllocAll(
            (CacheDescriptor*)cache, flags, size, objects, self, Exports.FrameOf(&caller));
    }

    /// <summary>The cache may be null: the objects know theirs.</summary>
    [UnmanagedCallersOnly(EntryPoint = "kmem_cache_free_bulk")]
    public static void KmemCacheFreeBulk(
        [C99Type(Handle)] void* cache, [C99Type("size_t")] nuint size, [C99Type("void **")] void** objects)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        KmallocUtil.FreeAll(size, objects, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_cache_stats")]
    [return: C99Type("int")]
    public static int NolockallocCacheStats(
        [C99Type(Handle)] void* cache, [C99Type("struct nolockalloc_bucket_stats *")] void* stats) =>
        Stats.TryFillCache((CacheDescriptor*)cache, (BucketStats*)stats) ? 0 : Exports.InvalidArgument;

    [RuntimeExport("nla_kmem_cache_alloc")]
    private static nuint AllocDirect(CacheDescriptor* cache, uint flags, ThreadState* self, ulong frame) =>
        Caches.Alloc(cache, flags, self, frame);

    [RuntimeExport("nla_kmem_cache_free")]
    private static void FreeDirect(CacheDescriptor* cache, nuint address, ThreadState* self, ulong frame) =>
        Caches.Free(cache, address, self, frame);

    [RuntimeExport("nla_kmem_cache_alloc_nolock")]
    private static nuint AllocNolockDirect(
        CacheDescriptor* cache, uint flags, int node, ThreadState* self, ulong frame) =>
        Caches.AllocNolock(cache, flags, node, self, frame);

    [RuntimeExport("nla_kmem_cache_free_nolock")]
    private static void FreeNolockDirect(
        CacheDescriptor* cache, nuint address, ThreadState* self, ulong frame) =>
        Caches.FreeNolock(cache, address, self, frame);
}
