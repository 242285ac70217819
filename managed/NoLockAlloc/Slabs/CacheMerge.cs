// SPDX-License-Identifier: MIT
// A new cache that is like one that there is already is that one (find_mergeable, mm/slab_common.c): as large
// up to a word, aligned as well, neither has a constructor or a flag that makes it special, and both or
// neither are accounted. The oldest first, which are kmalloc's buckets.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class CacheMerge
{
    /// <summary>Such a cache, with one more reference. Null: there is none.</summary>
    internal static CacheDescriptor* TryJoin(in CacheGeometry wanted)
    {
        if (wanted.Constructor != 0 || (wanted.Flags & SlabFlags.NeverMerge) != 0) return null;
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++)
        {
            if (!CanBe(bucket, wanted)) continue;
            MakeKnown(bucket);
            if (TryRefer(bucket)) return CacheDescriptor.Of(bucket);
        }
        for (int number = Sizes.FirstCreated; number <= KmemCache.Last; number++)
        {
            if (CanBe(number, wanted) && TryRefer(number)) return CacheDescriptor.Of(number);
        }
        return null;
    }

    private static bool CanBe(int number, in CacheGeometry wanted)
    {
        KmemCache cache = KmemCache.Of(number);
        if (!CacheDescriptor.IsLive(number) || cache.IsDebuggedBucket) return false;
        CacheDescriptor* its = CacheDescriptor.Of(number);
        bool isSpecial = its->Constructor != 0 || (its->SlabFlags & SlabFlags.NeverMerge) != 0;
        bool isSame = ((its->SlabFlags ^ wanted.Flags) & SlabFlags.MergeSame) == 0;
        bool fits = cache.Size >= wanted.Size && cache.Size - wanted.Size < sizeof(ulong);
        return !isSpecial && isSame && fits && cache.Size % wanted.Align == 0;
    }

    /// <summary>False: it has been destroyed meanwhile.</summary>
    private static bool TryRefer(int number)
    {
        ref SharedWord word = ref CacheDescriptor.Of(number)->State;
        CacheState state = new(word.Load());
        while (state.IsLive)
        {
            if (word.TryReplace(state.Value, state.Referenced().Value)) return true;
            state = new CacheState(word.Load());
        }
        return false;
    }

    /// <summary>A bucket's descriptor, which nobody needed before: idempotent.</summary>
    private static void MakeKnown(int bucket)
    {
        CacheDescriptor* cache = CacheDescriptor.Of(bucket);
        if (CacheDescriptor.StateOf(bucket).IsLive) return;
        cache->ObjectSize = (uint)KmemCache.Of(bucket).Size;
        cache->Cell = (ushort)KmemCache.Of(bucket).Cell;
        ref SharedWord word = ref cache->State;
        CacheState unused = new(word.Load());
        if (unused.Kind == CacheState.KindUnused) word.TryReplace(unused.Value, unused.ToLive(0).Value);
    }
}
