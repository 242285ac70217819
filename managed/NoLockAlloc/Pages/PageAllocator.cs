// SPDX-License-Identifier: MIT
// Blocks in, blocks out. A block is 16 pages of 4 KiB, naturally aligned (order 4). Its state word is the
// truth; the free map is a hint. A block is taken by one compare-exchange that also says for what and by
// whom, so a call that is abandoned anywhere in here loses nothing: what it took says who took it, and
// what it was about to take is still free.

using NoLockAlloc.Machine;
using NoLockAlloc.Words;

namespace NoLockAlloc.Pages;

internal static unsafe class PageAllocator
{
    internal static nuint None => HintMap.None;

    internal static HintMap FreeMap => ArenaLayout.HintMapAt(Arena.Header, 0);

    /// <summary>Make a free block of the node a slab of the bucket, claimed by owner (0: by nobody). journal,
    /// if not null, names each block before it may become the caller's. None if no block is free.</summary>
    internal static nuint TakeSlab(ulong cell, ulong owner, ClaimJournal* journal, nuint node = 0)
    {
        HintMap free = FreeMap;
        nuint end = Nodes.EndBlock(node);
        HintMap within = free.Below(end);
        for (nuint block = within.Find(Nodes.FirstBlock(node)); block < end; block = within.Find(block))
        {
            Nodes.Raise(block + 1);
            BlockState state = Arena.StateOf(block);
            BlockState next = state.ToSlab(cell, owner);
            if (journal != null) journal->Begin(block, next);
            bool taken = state.IsFree && Arena.State(block).TryReplace(state.Value, next.Value);
            RemoveHint(free, block);
            if (!taken) continue;
            if (state.IsDirty) Arena.Header->DirtyBlocks.Add(~0UL);
            return block;
        }
        return None;
    }

    /// <summary>The caller owns the block, in state Releasing or Purging.</summary>
    internal static void Free(nuint block, bool dirty)
    {
        MakeFree(block, Arena.StateOf(block), dirty);
        FreeMap.Add(block);
    }

    /// <summary>The caller owns the block, which is in this state, and sees to its hint.</summary>
    internal static void MakeFree(nuint block, BlockState state, bool dirty)
    {
        if (dirty) Arena.Header->DirtyBlocks.Add(1);
        Arena.State(block).Store(state.ToFree(dirty).Value);
    }

    /// <summary>Whether a block that is freed now should go back to the OS rather than stay warm for the next
    /// taker: there are Product.WarmBlocks already, and a quarter of those ever used.</summary>
    internal static bool IsWarmEnough()
    {
        ulong dirty = Arena.Header->DirtyBlocks.Load();
        ulong used = Nodes.CountUsed();
        return dirty >= Product.WarmBlocks && dirty >= used / 4;
    }

    /// <summary>Give the memory of blocks back to the OS. The caller owns them, and they are neither free nor
    /// a slab nor a run.</summary>
    internal static bool TryPurge(nuint block, nuint blocks = 1)
    {
        Hooks.At(Hooks.Purge);
        return Os.Purge(Arena.AddressOf(block), blocks * Arena.BlockBytes) == 0;
    }

    /// <summary>Give the memory of a free block back, if it is dirty and nobody takes it meanwhile.
    /// journal names it before it is the caller's.</summary>
    internal static bool TryPurgeFree(nuint block, ulong owner, ref ClaimJournal journal)
    {
        BlockState state = Arena.StateOf(block);
        if (!state.IsFree || !state.IsDirty) return false;
        BlockState next = state.ToPurging(owner);
        journal.Begin(block, next);
        bool taken = Arena.State(block).TryReplace(state.Value, next.Value);
        bool purged = false;
        if (taken)
        {
            Arena.Header->DirtyBlocks.Add(~0UL);
            purged = TryPurge(block);
            Free(block, !purged);
        }
        journal.End();
        return purged;
    }

    /// <summary>Put every free block into the free map again: finds those whose hint an abandoned call
    /// failed to set. Bounded by the blocks ever used.</summary>
    internal static void Audit()
    {
        HintMap free = FreeMap;
        nuint high = (nuint)Arena.Header->HighBlock.Load();
        for (nuint block = Arena.Header->First; block < high; block = Nodes.After(block))
        {
            if (Arena.StateOf(block).IsFree) free.Add(block);
        }
    }

    /// <summary>The block was found not to be free; but it may be so again.</summary>
    internal static void RemoveHint(HintMap free, nuint block)
    {
        free.Remove(block);
        if (Arena.StateOf(block).IsFree) free.Add(block);
    }

    internal static void RaiseTo(ref SharedWord word, ulong value)
    {
        ulong seen = word.Load();
        while (seen < value && !word.TryReplace(seen, value))
        {
            seen = word.Load();
        }
    }
}
