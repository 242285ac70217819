// SPDX-License-Identifier: MIT
// What kmem_cache_create() is asked for, and what the cache will be (calculate_alignment, calculate_sizes,
// mm/slab_common.c and mm/slub.c). Sizes are multiples of a word and of the alignment, so that the objects of
// a slab, which end where its block ends, are aligned.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal unsafe struct CacheGeometry
{
    /// <summary>Half a block.</summary>
    internal const nuint MaximumSize = Arena.BlockBytes / 2;

    private const uint WordBytes = sizeof(ulong);
    private const uint CacheLineBytes = 64;

    internal uint ObjectSize;
    internal uint Align;

    /// <summary>From one object to the next.</summary>
    internal uint Size;
    internal uint Flags;
    internal nuint Constructor;

    /// <summary>Of a debug cache, of which Size is the layout's: SlubDebug's flags. Otherwise 0.</summary>
    internal uint DebugFlags;
    internal DebugLayout Layout;

    /// <summary>False: there can be no such cache.</summary>
    internal static bool TryMake(
        nuint size, nuint align, uint flags, nuint constructor, out CacheGeometry geometry)
    {
        geometry = default;
        if (size - 1 >= MaximumSize || align > MaximumSize || (align & (align - 1)) != 0) return false;
        if ((flags & SlabFlags.Refused) != 0) return false;
        geometry.ObjectSize = (uint)size;
        geometry.Align = Alignment((uint)size, (uint)align, flags);
        geometry.Size = RoundUp((uint)size, geometry.Align);
        geometry.Flags = flags;
        geometry.Constructor = constructor;
        return geometry.Size <= MaximumSize;
    }

    /// <summary>Have it debugged as its flags say and the option slub_debug says of a cache of that name
    /// (kmem_cache_flags, mm/slub.c). False: no address space for what is known of its objects.</summary>
    internal bool TryDebug(byte* name)
    {
        uint wanted = SlubDebug.OfSlabFlags(Flags);
        if ((Flags & SlabFlags.NoUserFlags) == 0)
        {
            int length = (int)Text.LengthOf(name);
            bool isTracked = (Flags & SlabFlags.NoLeakTrace) == 0;
            wanted |= Arena.Header->Debugging.FlagsOf(name, length, isTracked);
        }
        wanted = DebugLayout.Affordable(ObjectSize, Align, wanted) & SlubDebug.Any;
        if (wanted == 0) return true;
        if (!DebugTable.TryEnsure(Arena.Header)) return false;
        DebugFlags = wanted;
        Layout = new DebugLayout(ObjectSize, Align, wanted);
        Size = Layout.Slot;
        Flags |= SlabFlags.ConsistencyChecks; // each debug cache has them, and is never merged
        return true;
    }

    /// <summary>With SLAB_HWCACHE_ALIGN a cache line, or for small objects the part of one that they fit in,
    /// so that no object lies in two lines.</summary>
    private static uint Alignment(uint size, uint align, uint flags)
    {
        uint least = WordBytes;
        if ((flags & SlabFlags.HwcacheAlign) != 0)
        {
            least = CacheLineBytes;
            while (least > WordBytes && size <= least / 2) least /= 2;
        }
        return align > least ? align : least;
    }

    private static uint RoundUp(uint size, uint align) => (size + align - 1) & ~(align - 1);
}
