// SPDX-License-Identifier: MIT
// Idle memory goes back to the OS by itself, with no thread of ours: now and then a slow path looks at the
// clock, and at each beat that one comes by, the blocks that have been free longest by their place go back.
// Blocks are taken from the lowest address up, so those at the top are the idle ones.
//
// STATE        ArenaHeader.Idle:   63     32 31    0
//                                 | cursor  | beat  |
//   beat         the number of the beat that has been done last; 0: none has.
//   cursor       the block above the next one to be looked at; 0: begin at the top.
// WRITERS     whoever's clock shows a later beat, by one exchange: that beat is its own.
// ORDER       none: both are hints. Each block is taken as PageAllocator.TryPurgeFree takes it.
// REENTRY     a handler finds the beat done; abandoned, what is left of a beat waits for the next round.
// CHECKED BY  IdleMemoryTests; IdleMemory (native)

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;

namespace NoLockAlloc.Slabs;

internal static unsafe class IdleMemory
{
    internal const ulong BeatShift = 4;
    internal const int BlocksABeat = 4;

    /// <summary>Of a thread's slow calls for a cache, one in so many looks at the clock.</summary>
    private const ulong CallsALook = 128;

    private const int LooksABeat = 1024;

    /// <summary>1 MiB is not worth a look.</summary>
    internal const ulong Kept = 16;

    /// <summary>Caller holds the lock, has nothing in hand, and calls is how many such calls there were.
    /// </summary>
    internal static void Look(KmemCacheThread* cell, ulong calls)
    {
        if (Arena.Header->DirtyBlocks.Load() > Kept && calls % CallsALook == 0) Beat(cell);
    }

    /// <summary>What a beat gives back: 256 KiB in 16 ms at most.</summary>
    private static void Beat(KmemCacheThread* cell)
    {
        ulong seen = Arena.Header->Idle.Load();
        uint now = (uint)(Os.Milliseconds() >> (int)BeatShift) | 1U << 31;
        if ((uint)seen == now) return;
        nuint block = (nuint)(seen >> 32);
        nuint first = Arena.Header->First;
        if (block <= first) block = (nuint)Arena.Header->HighBlock.Load();
        nuint last = block - first > LooksABeat ? block - LooksABeat : first;
        if (!Arena.Header->Idle.TryReplace(seen, (ulong)last << 32 | now) || (uint)seen == 0) return;

        int purged = 0;
        while (block > last && purged < BlocksABeat)
        {
            block = Nodes.Before(block);
            if (PageAllocator.TryPurgeFree(block, cell->Owner, ref cell->Claim)) purged++;
        }
        if (block > last) Arena.Header->Idle.TryReplace((ulong)last << 32 | now, (ulong)block << 32 | now);
    }
}
