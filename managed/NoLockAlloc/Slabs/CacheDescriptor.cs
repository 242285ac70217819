// SPDX-License-Identifier: MIT
// What is written down about a cache that is no bucket of the table of sizes (struct kmem_cache), and the
// flags of all. Out of band, type-stable, found by the cache's number.
//
// STATE       State: not 0 when the other words are valid. They do not change while a slab of the cache
//             exists.
// WRITERS     a fixed cache's first user; several may write, and all write the same. Flags of buckets: who
//             makes the arena, before anybody else can see it.
// ORDER       State is stored last (release); who reads a slab's number has it from a block's state word,
//             whose exchange came after.
// REENTRY     a handler that finds State 0 writes the same words itself.
// CHECKED BY  CacheDescriptorTests

using System.Runtime.InteropServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

[StructLayout(LayoutKind.Explicit, Size = (int)ArenaLayout.CacheBytes)]
internal unsafe struct CacheDescriptor
{
    internal const uint NoArrays = CacheFlags.NoArrays;
    internal const uint SlowFree = CacheFlags.SlowFree;

    private const ulong Live = 1;

    [FieldOffset(0x00)] internal SharedWord State;

    /// <summary>From one object to the next, in bytes, and 2^32 / Size, rounded up.</summary>
    [FieldOffset(0x08)] internal uint Size;
    [FieldOffset(0x0c)] internal uint Reciprocal;

    [FieldOffset(0x10)] internal uint Flags;

    internal static CacheDescriptor* Of(int number) =>
        (CacheDescriptor*)(Arena.Header->Caches + (nuint)number * ArenaLayout.CacheBytes);

    internal static bool IsLive(int number) => Of(number)->State.Load() == Live;

    /// <summary>The geometry of a cache of objects of so many bytes, a multiple of 8 and at most half a
    /// block. Whoever calls stores State afterwards.</summary>
    internal void SetGeometry(uint size, uint flags)
    {
        Size = size;
        Reciprocal = (uint)(((1UL << 32) + size - 1) / size);
        Flags = flags;
    }

    /// <summary>The cache of that number can be used from now on.</summary>
    internal static void Publish(int number)
    {
        Of(number)->State.Store(Live);
        PageAllocator.RaiseTo(ref Arena.Header->HighCache, (ulong)number);
    }
}
