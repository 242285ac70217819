// SPDX-License-Identifier: MIT
// The hardened build's second bit an object: set while the program owns the object. An array of a thread
// keeps objects whose bit in the object words is set too, so only this bit tells a free of an object that
// waits in an array. And a third: whether kmalloc() or kmem_cache_alloc() allocated it, so that a
// kfree_nolock() of it can be told.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe partial class Slab
{
    /// <summary>isNormal: it was not a nolock function that allocated it.</summary>
    internal static void SetLive(nuint address, in KmemCache cache, bool isNormal = false)
    {
        SharedWord* words = Arena.NormalWords(Arena.BlockOf(address));
        ref SharedWord normal = ref WordOf(words, address, cache, out ulong bit);
        if (isNormal) normal.Set(bit);
        else normal.Clear(bit);
        LiveWord(address, cache, out bit).Set(bit);
    }

    /// <summary>Whether it is an object that the program owns and that no nolock function
    /// allocated.</summary>
    internal static bool IsNormal(nuint address, in KmemCache cache)
    {
        if (cache.Bucket == 0 || !cache.IsStart(address)) return false;
        if ((LiveWord(address, cache, out ulong bit).Load() & bit) == 0) return false;
        SharedWord* words = Arena.NormalWords(Arena.BlockOf(address));
        return (WordOf(words, address, cache, out bit).Load() & bit) != 0;
    }

    /// <summary>False: the program did not own the object.</summary>
    internal static bool TryClearLive(nuint address, in KmemCache cache)
    {
        ref SharedWord word = ref LiveWord(address, cache, out ulong bit);
        ulong seen;
        do
        {
            seen = word.Load();
            if ((seen & bit) == 0) return false;
        }
        while (!word.TryReplace(seen, seen & ~bit));
        return true;
    }

    private static ref SharedWord LiveWord(nuint address, in KmemCache cache, out ulong bit) =>
        ref WordOf(Arena.LiveWords(Arena.BlockOf(address)), address, cache, out bit);

    private static ref SharedWord WordOf(SharedWord* words, nuint address, in KmemCache cache, out ulong bit)
    {
        nuint index = cache.IndexOf(address);
        bit = 1UL << (int)(index % ObjectWord.Objects);
        return ref words[index / ObjectWord.Objects];
    }
}
