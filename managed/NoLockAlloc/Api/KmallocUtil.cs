// SPDX-License-Identifier: MIT
// What is made of kmalloc and kfree: krealloc and kfree_sensitive (mm/slab_common.c), kstrdup and kmemdup
// (mm/util.c), and the bulk forms (mm/slub.c). self is what the thread's slot holds; tag is the
// caller's call site or null.

using NoLockAlloc.Machine;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tags;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class KmallocUtil
{
    internal static nuint Unlimited => ~(nuint)0;

    /// <summary>The object stays where it is if there is room. 0: no memory, or no object; the old one is
    /// left as it is.</summary>
    internal static nuint Realloc(
        nuint address, nuint size, uint gfp, AllocTag* tag, ThreadState* self, ulong frame)
    {
        bool isNone = address == 0 || address == Kmalloc.ZeroSizePtr;
        if (isNone) return Alloc(size, gfp, tag, self, frame);
        if (size == 0)
        {
            KmallocNormal.Free(address, self, frame);
            return Kmalloc.ZeroSizePtr;
        }
        nuint old = KmallocSlow.SizeOf(address, frame);
        if (old == 0) return 0;
        if (size <= old)
        {
            if ((gfp & Gfp.Zero) != 0) Os.Fill((void*)(address + size), 0, old - size);
            return address;
        }
        nuint larger = Alloc(size, gfp, tag, self, frame);
        if (larger == 0) return 0;
        Os.Copy((void*)larger, (void*)address, old);
        KmallocNormal.Free(address, self, frame);
        return larger;
    }

    internal static void FreeSensitive(nuint address, ThreadState* self, ulong frame)
    {
        nuint size = KmallocSlow.SizeOf(address, frame);
        if (size == 0) return;
        Os.Fill((void*)address, 0, size);
        KmallocNormal.Free(address, self, frame);
    }

    internal static nuint Duplicate(
        byte* from, nuint bytes, uint gfp, AllocTag* tag, ThreadState* self, ulong frame)
    {
        nuint address = Alloc(bytes, gfp, tag, self, frame);
        if (address != 0 && bytes != 0) Os.Copy((void*)address, from, bytes);
        return address;
    }

    /// <summary>With a 0 behind it. 0 for null.</summary>
    internal static nuint DuplicateText(
        byte* from, nuint bytes, uint gfp, AllocTag* tag, ThreadState* self, ulong frame)
    {
        if (from == null || bytes == Unlimited) return 0;
        nuint address = Alloc(bytes + 1, gfp, tag, self, frame);
        if (address == 0) return 0;
        Os.Copy((void*)address, from, bytes);
        ((byte*)address)[bytes] = 0;
        return address;
    }

    internal static void FreeAll(nuint count, void** objects, ThreadState* self, ulong frame)
    {
        for (nuint i = count; i > 0; i--) KmallocNormal.Free((nuint)objects[i - 1], self, frame);
    }

    /// <summary>All of them, or none: 0.</summary>
    internal static int AllocAll(
        CacheDescriptor* cache, uint gfp, nuint count, void** objects, ThreadState* self, ulong frame)
    {
        ThreadState* own = ThreadBlocks.Current(self, frame);
        if (own != null) self = own;
        for (nuint i = 0; i < count; i++)
        {
            objects[i] = (void*)Caches.Alloc(cache, gfp, self, frame);
            if (objects[i] != null) continue;
            FreeAll(i, objects, self, frame);
            return 0;
        }
        return (int)count;
    }

    private static nuint Alloc(nuint size, uint gfp, AllocTag* tag, ThreadState* self, ulong frame) =>
        tag == null
            ? KmallocNormal.Alloc(size, gfp, self, frame)
            : KmallocNormalSlow.AllocTagged(size, gfp, tag, self, frame);
}
