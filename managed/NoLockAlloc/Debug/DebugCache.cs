// SPDX-License-Identifier: MIT
// A cache whose objects are debugged (kmem_cache_debug, mm/slab.h): where in its slots the objects lie, and
// which of SlubDebug's features it has. A debugged bucket has a debug cache of its own in its place, with a
// fixed number; the bucket itself has no objects, so its cells are empty for ever and both fast paths fall
// out.

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Debug;

internal readonly unsafe struct DebugCache
{
    private const uint FlagsOfCache = CacheDescriptor.NoArrays | CacheDescriptor.SlowFree;

    private readonly CacheDescriptor* _descriptor;

    private DebugCache(int number)
    {
        Number = number;
        _descriptor = CacheDescriptor.Of(number);
    }

    internal int Number { get; }

    internal KmemCache Cache => KmemCache.Of(Number);

    internal nuint ObjectSize => _descriptor->ObjectSize;

    internal nuint Left => _descriptor->Left;

    internal nuint Right => _descriptor->Right;

    internal nuint SlotSize => _descriptor->Size;

    /// <summary>Behind the right red zone.</summary>
    internal nuint Padding => SlotSize - Left - ObjectSize - Right;

    internal bool Has(uint flags) => (_descriptor->DebugFlags & flags) != 0;

    internal void AddName(ref Text text)
    {
        CacheName name = CacheName.OfBucket(Number - DebugLayout.FirstCache + 1);
        text.Add(new System.ReadOnlySpan<byte>(&name.First, name.Length));
    }

    /// <summary>Of a cache that is one.</summary>
    internal static DebugCache Of(in KmemCache cache) => new(cache.Bucket);

    /// <summary>What serves a cache: itself, or of a debugged bucket its debug cache, which is prepared if it
    /// is not yet. There is an arena.</summary>
    internal static KmemCache Serving(int bucket)
    {
        if (!KmemCache.Of(bucket).IsDebuggedBucket) return KmemCache.Of(bucket);
        uint flags = Arena.Header->DebugFlagsOf(bucket);
        int number = DebugLayout.FirstCache - 1 + bucket;
        if (!CacheDescriptor.IsLive(number)) Prepare(number, (uint)Sizes.Of(bucket), flags);
        return KmemCache.Of(number);
    }

    /// <summary>Whoever comes writes the same.</summary>
    private static void Prepare(int number, uint size, uint flags)
    {
        CacheDescriptor* descriptor = CacheDescriptor.Of(number);
        DebugLayout layout = new(size, flags);
        descriptor->SetGeometry(layout.Slot, size, FlagsOfCache);
        descriptor->SlabFlags = SlabFlags.Debug;
        descriptor->Left = layout.Left;
        descriptor->Right = layout.Right;
        descriptor->DebugFlags = flags;
        CacheDescriptor.Publish(number);
    }

    /// <summary>Where the place of the object at that address begins, of any cache.</summary>
    internal static nuint SlotOf(in KmemCache of, nuint address) =>
        of.IsDebug ? address - Of(of).Left : address;

    /// <summary>Whether the address is where an object of the slab that it lies in would begin.</summary>
    internal bool IsObject(nuint address)
    {
        nuint slot = address - Left;
        return Arena.BlockOf(slot) == Arena.BlockOf(address) && Cache.IsStart(slot);
    }

    /// <summary>Of the object at that address.</summary>
    internal DebugEntry* EntryOf(nuint address)
    {
        nuint slot = address - Left;
        return EntryAt(Arena.BlockOf(slot), Cache.IndexOf(slot));
    }

    internal static DebugEntry* EntryAt(nuint block, nuint index) =>
        (DebugEntry*)(Arena.Header->DebugTable +
            (block - Arena.Header->First) * DebugLayout.TableBytesPerBlock) + index;
}
