// SPDX-License-Identifier: MIT
// A cache whose objects are debugged (kmem_cache_debug, mm/slab.h): where in its slots the objects lie, and
// which of SlubDebug's features it has. A debugged bucket has a debug cache of its own in its place, with a
// fixed number; the bucket itself has no objects, so its cells are empty for ever and both fast paths fall
// out. A created cache that is debugged is one itself: it has no arrays, with the same effect.
//
// It is a copy of what the descriptor says: who walks over objects that are not his may see the cache
// destroyed and its number used again, and goes on with addresses that belong together.

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Debug;

internal readonly unsafe struct DebugCache
{
    private readonly CacheState _life;
    private readonly uint _flags;

    private DebugCache(int number)
    {
        CacheDescriptor* descriptor = CacheDescriptor.Of(number);
        _life = CacheDescriptor.StateOf(number);
        Number = number;
        ObjectSize = descriptor->ObjectSize;
        Left = descriptor->Left;
        SlotSize = descriptor->Size;
        RightBytes = descriptor->Right;
        _flags = descriptor->DebugFlags;
        IsConstructed = descriptor->Constructor != 0;
    }

    internal int Number { get; }

    internal KmemCache Cache => KmemCache.Of(Number);

    internal uint ObjectSize { get; }

    internal uint Left { get; }

    internal uint SlotSize { get; }

    private uint RightBytes { get; }

    /// <summary>By a constructor of the program's, once while the slab lives.</summary>
    internal bool IsConstructed { get; }

    internal nuint Right => RightBytes;

    /// <summary>Behind the right red zone.</summary>
    internal nuint Padding => SlotSize - Left - ObjectSize - RightBytes;

    internal nuint Objects => Arena.BlockBytes / SlotSize;

    /// <summary>__OBJECT_POISON: what a constructor made is not written over.</summary>
    internal bool PoisonsObjects => Has(SlubDebug.Poison) && !IsConstructed;

    internal bool Has(uint flags) => (_flags & flags) != 0;

    internal void AddName(ref Text text)
    {
        CacheName bucket;
        text.AddText(NameOr(&bucket));
    }

    internal bool IsNamed(byte* name)
    {
        CacheName bucket;
        byte* own = NameOr(&bucket);
        while (*own != 0 && *own == *name)
        {
            own++;
            name++;
        }
        return *own == *name;
    }

    /// <summary>Up to its 0. That of a bucket is put together there.</summary>
    private byte* NameOr(CacheName* bucket)
    {
        if (Number < DebugLayout.FirstCache) return CacheDescriptor.NameOf(Number);
        *bucket = CacheName.OfBucket(Number - DebugLayout.FirstCache + 1);
        return &bucket->First;
    }

    /// <summary>Of a cache that is one, and has an object that the caller knows of.</summary>
    internal static DebugCache Of(in KmemCache cache) => new(cache.Bucket);

    /// <summary>The same of any number. False: it is no debug cache, or has just begun or ended.</summary>
    internal static bool TryOf(int number, out DebugCache cache)
    {
        cache = new DebugCache(number);
        return cache._life.IsInUse && cache._flags != 0 && cache.IsStill;
    }

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
        DebugLayout layout = new(size, DebugLayout.NaturalAlignment(size), flags);
        descriptor->SetGeometry(layout.Slot, size, 0);
        descriptor->SetDebugging(layout, flags);
        descriptor->SlabFlags = SlabFlags.Debug;
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
        nuint toTheEnd = Arena.BlockBytes - (address - Left) % Arena.BlockBytes;
        return EntryAt(Arena.BlockOf(address), Objects - toTheEnd / SlotSize);
    }

    internal static DebugEntry* EntryAt(nuint block, nuint index) =>
        (DebugEntry*)DebugTable.At(block) + index;

    /// <summary>The object of that index: they are counted from the block's end.</summary>
    internal nuint AddressOf(nuint block, nuint index) =>
        Arena.AddressOf(block) + Arena.BlockBytes - (Objects - index) * SlotSize + Left;

    /// <summary>A block in that state is a slab of this cache: while it is one, the number is not used again.
    /// </summary>
    internal bool Owns(BlockState state) => state.IsSlabOf(Cache.Cell) && IsStill;

    /// <summary>Whether the number is in the same state as before it was copied; all that was read meanwhile
    /// was read before.</summary>
    private bool IsStill => CacheDescriptor.Of(Number)->State.TryReplace(_life.Value, _life.Value);
}
