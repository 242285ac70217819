// SPDX-License-Identifier: MIT
// An empty slab goes back to the page allocator. Whoever releases it claims it, takes all its objects (so
// that nobody can take one any more), and only then changes what the block is.

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class SlabRelease
{
    /// <summary>Release the slab if nobody has claimed it and all its objects are free. With keepSpare the
    /// bucket's last slab with room stays. Caller holds the cell's lock.</summary>
    internal static bool TryRelease(KmemCacheThread* cell, nuint block, bool keepSpare)
    {
        KmemCache cache = cell->Cache;
        BlockState state = Arena.StateOf(block);
        if (!state.IsUnclaimedSlabOf(cache.Cell) || !Slab.IsEmpty(block, cache)) return false;
        if (keepSpare && !PartialList.HasOther(cache, block)) return false;
        if (!PartialList.TryClaim(cell, cache, block, state)) return false;

        if (!TryGrab(block, cache))
        {
            Undo(cell, block);
            cell->Claim.End();
            return false;
        }
        Hooks.At(Hooks.SlabRelease);
        Constructor.Forget(block, cache);
        Arena.State(block).Store(cell->Claim.As.ToReleasing(cell->Owner).Value);
        Barn.Counter(cache.Bucket, Barn.FreeSlabs).Add(1);
        Finish(cache, block);
        cell->Claim.End();
        return true;
    }

    /// <summary>Let go of a claimed slab: of the objects that were grabbed, and of the claim.</summary>
    internal static void Undo(KmemCacheThread* cell, nuint block)
    {
        LetGo(block);
        PartialList.EndClaim(cell, block);
        if (Slab.HasFree(block, cell->Cache)) PartialList.AfterGiveBack(block);
    }

    /// <summary>From Releasing (it was a slab of that cache) or Purging, which the caller owns, to Free.
    /// </summary>
    internal static void Finish(in KmemCache cache, nuint block)
    {
        Bug.On(Arena.StateOf(block).Cell != 0 || Arena.StateOf(block).Owner == 0);
        ObjectExtensions.Release(cache, block);
        LetGo(block);
        bool isPurged = PageAllocator.IsWarmEnough() && PageAllocator.TryPurge(block);
        PageAllocator.Free(block, !isPurged);
    }

    /// <summary>Only what was grabbed: a belated taker may have set a bit in a word that is zero again, and
    /// will clear it himself.</summary>
    private static void LetGo(nuint block)
    {
        SharedWord* words = Arena.ObjectWords(block);
        for (nuint i = 0; i < Arena.WordsPerBlock; i++)
        {
            if (words[i].Load() == ObjectWord.Grabbed) words[i].Store(0);
        }
    }

    private static bool TryGrab(nuint block, in KmemCache cache)
    {
        SharedWord* words = Arena.ObjectWords(block);
        for (nuint i = 0; i < cache.Words; i++)
        {
            if (!words[i].TryReplace(0, ObjectWord.Grabbed)) return false;
        }
        return true;
    }
}
