// SPDX-License-Identifier: MIT
// A run in motion: blocks that are becoming a run, or are on their way from a run to Free.
//
// STATE       the first block RunMoving, the others RunPart; a RunJournal.
// WRITERS     who made the first block RunMoving, or whoever settles his journal.
// TRANSITIONS assemble: Free -> RunMoving for the first block, Free -> RunPart for the others, upwards; then
//             RunMoving -> RunHead (a run), or RunMoving -> RunPart, before the head of the run that grows
//             by it says so.
//             release: RunHead -> RunMoving, or RunPart -> RunMoving, once the head of the run that is cut
//             says so; then RunPart -> Free, downwards, and RunMoving -> Free last.
// ORDER       exchanges from Free and from RunHead are full fences. What is the call's alone is changed by
//             stores; they release what was done with the memory to whoever makes the block his.
// INVARIANTS  (1) Upwards and downwards: the blocks in motion always follow each other from the first.
//             (2) Each block passes by one exchange or store, which the journal foretells (Note): so it is
//                 known of each block whether it has passed, whenever the call is abandoned.
//             (3) A run that is not its caller's yet has a journal that has not ended (RunRecovery).
//             (4) The parts of a run are freed before its head is.
// REENTRY     others find neither a free block nor a run; nobody waits for either.
// CHECKED BY  PageRunsTests, PageRunsAbandonmentTests, InterleavingTests

using NoLockAlloc.Machine;
using NoLockAlloc.Words;

namespace NoLockAlloc.Pages;

internal static unsafe class RunMotion
{
    private const ulong All = ~0UL;

    /// <summary>Make these blocks, if all are free, a run in motion. dirty: a bit for each block that may be
    /// other than zero.</summary>
    internal static bool TryAssemble(nuint first, nuint blocks, RunJournal* journal, out ulong dirty)
    {
        nuint owned = 0;
        dirty = 0;
        Nodes.Raise(first + blocks);
        while (owned < blocks && TryClaim(first, owned, blocks, journal, ref dirty)) owned++;
        if (owned == blocks)
        {
            journal->Note(blocks, default);
            PageAllocator.FreeMap.Remove(first, blocks);
            return true;
        }
        PageAllocator.RemoveHint(PageAllocator.FreeMap, first + owned);
        if (owned != 0) Release(first, owned, dirty, journal);
        journal->End();
        return false;
    }

    /// <summary>Free a run in motion, and give its memory back to the OS if there is enough that is warm.
    /// </summary>
    internal static void ReleaseUsed(nuint first, nuint owned, RunJournal* journal)
    {
        bool isPurged = PageAllocator.IsWarmEnough() && PageAllocator.TryPurge(first, owned);
        Release(first, owned, isPurged ? 0 : All, journal);
    }

    /// <summary>Free the blocks of the journal, which are parts of no run, if the first is still in this
    /// state.</summary>
    internal static void ReleaseParts(BlockState part, RunJournal* journal)
    {
        nuint first = journal->First;
        BlockState moving = part.ToRunMoving(journal->Owner, journal->Number);
        journal->ChangeAs(moving);
        if (!Arena.State(first).TryReplace(part.Value, moving.Value)) return;
        ReleaseUsed(first, journal->Blocks, journal);
    }

    /// <summary>The block that comes after so many.</summary>
    private static bool TryClaim(
        nuint first, nuint owned, nuint blocks, RunJournal* journal, ref ulong dirty)
    {
        nuint block = first + owned;
        BlockState state = Arena.StateOf(block);
        BlockState next = owned == 0
            ? state.ToRunMoving(journal->Owner, journal->Number)
            : state.ToRunPart(journal->Owner, journal->Number);
        if (owned == 0) journal->Begin(first, blocks, next, owned: 0);
        else journal->Note(owned, next);
        if (!state.IsFree || !Arena.State(block).TryReplace(state.Value, next.Value)) return false;
        if (!state.IsDirty) return true;
        dirty |= 1UL << (int)owned;
        Arena.Header->DirtyBlocks.Add(~0UL);
        return true;
    }

    private static void Release(nuint first, nuint owned, ulong dirty, RunJournal* journal)
    {
        for (nuint left = owned - 1; left != 0; left--)
        {
            BlockState part = Arena.StateOf(first + left);
            Bug.On(part.Kind != BlockState.KindRunPart);
            journal->Note(left, part);
            PageAllocator.MakeFree(first + left, part, (dirty >> (int)left & 1) != 0);
        }
        if (owned != 1) PageAllocator.FreeMap.Add(first + 1, owned - 1);
        PageAllocator.Free(first, (dirty & 1) != 0);
    }
}
