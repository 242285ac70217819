// SPDX-License-Identifier: MIT
// kmem_cache_alloc and kmem_cache_free (mm/slub.c), and their nolock forms, which the kernel does not have.
// The fast paths are kmalloc's: the cache says where in a thread's block its cell lies.

using System.Runtime.CompilerServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class Caches
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nuint Alloc(CacheDescriptor* cache, uint gfp, ThreadState* self, ulong frame)
    {
        if (Hardening.IsOn || (gfp & Gfp.Unusual) != 0) return CachesSlow.Alloc(cache, gfp, self, frame);
        return FastPath.TryPopOf(cache, self->NormalMask, self, frame, out nuint address)
            ? address : CachesSlow.Alloc(cache, gfp, self, frame);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nuint AllocNolock(
        CacheDescriptor* cache, uint gfp, int node, ThreadState* self, ulong frame)
    {
        if (Hardening.IsOn || (gfp | (uint)(node - Kmalloc.AnyNode)) != 0)
        {
            return CachesSlow.AllocNolock(cache, gfp, node, self, frame);
        }
        return FastPath.TryPopOf(cache, self->NolockMask, self, frame, out nuint address)
            ? address : CachesSlow.AllocNolock(cache, gfp, node, self, frame);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Free(CacheDescriptor* cache, nuint address, ThreadState* self, ulong frame) =>
        Free(cache, address, isNolock: false, self, frame);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void FreeNolock(CacheDescriptor* cache, nuint address, ThreadState* self, ulong frame) =>
        Free(cache, address, isNolock: true, self, frame);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Free(
        CacheDescriptor* cache, nuint address, bool isNolock, ThreadState* self, ulong frame)
    {
        if (FastPath.IsOf(cache, address, self, out nuint words))
        {
            if (FastPath.TryPush(address, words, self, frame)) return;
        }
        CachesSlow.Free(cache, address, isNolock, self, frame);
    }
}
