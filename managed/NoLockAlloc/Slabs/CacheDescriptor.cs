// SPDX-License-Identifier: MIT
// What is written down about a cache (struct kmem_cache): all of one that is no bucket of the table of sizes;
// of a bucket its cell, its flags, and how many caches were merged into it. Out of band, type-stable, found
// by the cache's number; its address is what kmem_cache_create() returns.
//
// STATE       State: CacheState. The other words do not change while the cache is Live or Dying.
// WRITERS     State: CacheState says who. A created cache's words: the maker, in Creating. A fixed cache's:
//             its first user; several may write, and all write the same. Of buckets: who makes the arena or
//             finds them unwritten; all write the same.
// ORDER       State is stored last; who reads a slab's number has it from a block's state word, whose
//             exchange came after.
// REENTRY     a handler that finds a fixed cache Unused writes the same words itself.
// CHECKED BY  CacheDescriptorTests, CacheLifeTests

using System.Runtime.InteropServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

[StructLayout(LayoutKind.Explicit, Size = (int)ArenaLayout.CacheBytes)]
internal unsafe struct CacheDescriptor
{
    internal const uint NoArrays = CacheFlags.NoArrays;
    internal const uint SlowFree = CacheFlags.SlowFree;

    /// <summary>Objects may have an entry (ObjectExtensions), which a free looks at.</summary>
    internal const uint Extended = 4;
    internal const uint FlagsOfExtended = SlowFree | Extended;

    internal const int NameBytes = 64;

    [FieldOffset(0x00)] internal SharedWord State;

    /// <summary>From one object to the next, in bytes, and 2^32 / Size, rounded up.</summary>
    [FieldOffset(0x08)] internal uint Size;
    [FieldOffset(0x0c)] internal uint Reciprocal;

    [FieldOffset(0x10)] internal uint Flags;

    /// <summary>KmemCache.Cell: the only word that fast paths read. 0, which makes them fall out: each
    /// allocation of the cache is to be looked at (SLAB_ACCOUNT).</summary>
    [FieldOffset(0x14)] internal ushort Cell;

    /// <summary>What was asked for: bytes of an object, its alignment, SLAB_ flags, constructor or
    /// 0.</summary>
    [FieldOffset(0x18)] internal uint ObjectSize;
    [FieldOffset(0x1c)] internal uint Align;
    [FieldOffset(0x20)] internal uint SlabFlags;
    [FieldOffset(0x28)] internal nuint Constructor;

    /// <summary>NameBytes bytes, of which the last is 0; empty: slabinfo does not list it.</summary>
    [FieldOffset(0x40)] private byte _name;

    /// <summary>Of a debug cache: SlubDebug's flags, and the bytes of the red zones (Size is the slot's). Of
    /// any other: 0.</summary>
    [FieldOffset(0x80)] internal uint DebugFlags;
    [FieldOffset(0x84)] internal uint Left;
    [FieldOffset(0x88)] internal uint Right;

    internal static CacheDescriptor* Of(int number) =>
        (CacheDescriptor*)(Arena.Header->Caches + (nuint)number * ArenaLayout.CacheBytes);

    /// <summary>The number of the cache whose descriptor lies there; 0: none lies there.</summary>
    internal static int NumberOf(CacheDescriptor* cache)
    {
        if (Arena.Base == 0) return 0;
        nuint offset = (nuint)cache - Arena.Header->Caches;
        nuint number = offset / ArenaLayout.CacheBytes;
        return offset % ArenaLayout.CacheBytes == 0 && number < ArenaLayout.Maps ? (int)number : 0;
    }

    internal static byte* NameOf(int number) => &Of(number)->_name;

    internal static CacheState StateOf(int number) => new(Of(number)->State.Load());

    /// <summary>Objects of it can be had.</summary>
    internal static bool IsLive(int number) => number <= KmemCache.Buckets || StateOf(number).IsLive;

    /// <summary>The same, with a full fence before the look: who has just prepared a cell of it
    /// asks.</summary>
    internal static bool IsSurelyLive(int number)
    {
        CacheState state = StateOf(number);
        while (state.IsLive && !Of(number)->State.TryReplace(state.Value, state.Value))
        {
            state = StateOf(number);
        }
        return state.IsLive;
    }

    /// <summary>There may be objects, slabs and cells of it.</summary>
    internal static bool IsInUse(int number) => number <= KmemCache.Buckets || StateOf(number).IsInUse;

    /// <summary>The geometry of a cache of objects of so many bytes, a multiple of 8 and at most half a
    /// block. Whoever calls publishes the number afterwards.</summary>
    internal void SetGeometry(uint size, uint flags) => SetGeometry(size, size, flags);

    /// <summary>The same, of objects that leave something of their place unused.</summary>
    internal void SetGeometry(uint size, uint objectSize, uint flags)
    {
        Size = size;
        Reciprocal = (uint)(((1UL << 32) + size - 1) / size);
        Flags = flags;
        ObjectSize = objectSize;
    }

    /// <summary>Of a debug cache, after SetGeometry: its objects' places are those of the layout.</summary>
    internal void SetDebugging(in DebugLayout layout, uint debugFlags)
    {
        Left = layout.Left;
        Right = layout.Right;
        DebugFlags = debugFlags;
        if (debugFlags != 0) Flags |= NoArrays | SlowFree;
    }

    /// <summary>What does not fit is cut off.</summary>
    internal static void SetName(int number, byte* name)
    {
        byte* to = NameOf(number);
        int i = 0;
        for (; i < NameBytes - 1 && name[i] != 0; i++) to[i] = name[i];
        to[i] = 0;
    }

    /// <summary>The fixed cache of that number can be used from now on.</summary>
    internal static void Publish(int number)
    {
        Of(number)->Cell = (ushort)KmemCache.Of(number).Cell;
        PageAllocator.RaiseTo(ref Arena.Header->HighCache, (ulong)number);
        ref SharedWord state = ref Of(number)->State;
        CacheState seen = new(state.Load());
        if (!seen.IsLive) state.TryReplace(seen.Value, seen.ToLive(0).Value);
    }
}
