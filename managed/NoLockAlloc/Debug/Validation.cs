// SPDX-License-Identifier: MIT
// validate_slab_cache (mm/slub.c), at any time and in any context: every object of a cache is looked at,
// live or free. Nothing is written, so the walk needs nobody's leave: an object that changed while it was
// looked at, or that an interrupted call is at, is passed over.

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Debug;

internal static unsafe class Validation
{
    internal const int NoSuchCache = -22;

    /// <summary>The debug caches of that name, or all if name is null. Returns how many zones are wrong, or
    /// NoSuchCache.</summary>
    internal static int Run(byte* name, in DebugCall call)
    {
        int errors = 0;
        bool isFound = name == null;
        if (!Arena.Ensure()) return isFound ? 0 : NoSuchCache;
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++) DebugCache.Serving(bucket);
        for (int number = Sizes.FirstExtra; number <= KmemCache.Last; number = KmemCache.After(number))
        {
            if (!DebugCache.TryOf(number, out DebugCache cache)) continue;
            if (name != null && !IsKnownAs(number, cache, name)) continue;
            isFound = true;
            errors += CountErrors(cache, call);
        }
        if (errors != 0) Report.AbortIfWanted();
        return isFound ? errors : NoSuchCache;
    }

    /// <summary>To the program. What is left of a destroyed cache has no name.</summary>
    private static bool IsKnownAs(int number, in DebugCache cache, byte* name) =>
        CacheDescriptor.IsLive(number) && !CacheTwin.Is(number) && cache.IsNamed(name);

    private static int CountErrors(in DebugCache cache, in DebugCall call)
    {
        int errors = 0;
        nuint high = (nuint)Arena.Header->HighBlock.Load();
        for (nuint block = Arena.Header->First; block < high; block = Nodes.After(block))
        {
            BlockState state = Arena.StateOf(block);
            if (cache.Owns(state)) errors += CountErrors(cache, block, state, call);
        }
        return errors;
    }

    private static int CountErrors(in DebugCache cache, nuint block, BlockState before, in DebugCall call)
    {
        int errors = 0;
        nuint objects = cache.Objects;
        for (nuint i = 0; i < objects; i++)
        {
            ref SharedWord word = ref DebugCache.EntryAt(block, i)->State;
            DebugWord state = new(word.Load());
            ulong kind = state.KindIn(before.Generation);
            bool isLive = kind == DebugWord.KindLive;
            if (!isLive && kind != DebugWord.KindFree) continue;
            nuint address = cache.AddressOf(block, i);
            if (ObjectCheck.IsRight(cache, address, state.Size, isLive)) continue;
            if (!state.IsStill(ref word) || !Arena.StateOf(block).IsSameSlab(before)) continue;
            errors += (int)ObjectCheck.CountErrors(cache, address, state.Size, isLive, restore: false, call);
        }
        return errors;
    }
}
