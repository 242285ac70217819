// SPDX-License-Identifier: MIT
// The hardened build's second bit an object: set while the program owns the object. An array of a thread
// keeps objects whose bit in the object words is set too, so only this bit tells a free of an object that
// waits in an array.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe partial class Slab
{
    internal static void SetLive(nuint address, in KmemCache cache) =>
        LiveWord(address, cache, out ulong bit).Set(bit);

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

    private static ref SharedWord LiveWord(nuint address, in KmemCache cache, out ulong bit)
    {
        nuint index = cache.IndexOf(address);
        bit = 1UL << (int)(index % ObjectWord.Objects);
        return ref Arena.LiveWords(Arena.BlockOf(address))[index / ObjectWord.Objects];
    }
}
