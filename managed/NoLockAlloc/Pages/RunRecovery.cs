// SPDX-License-Identifier: MIT
// What a call that moved a run left when it was abandoned, put in order by its journal: whatever had not
// become the caller's, or had ceased to be, becomes free.

using NoLockAlloc.Words;

namespace NoLockAlloc.Pages;

internal static unsafe class RunRecovery
{
    /// <summary>Caller holds the lock. The journal has ended then, but where nobody can know yet.</summary>
    internal static void Settle(RunJournal* journal)
    {
        nuint first = journal->First;
        if (first == 0) return;
        nuint blocks = journal->Blocks;
        nuint owned = CountOwned(first, blocks, journal);
        BlockState state = Arena.StateOf(first);
        bool isInHand = owned == blocks && state.Value == journal->As.ToRunHead(blocks).Value;
        if (state.Value == journal->As.Value)
        {
            RunMotion.ReleaseUsed(first, owned == 0 ? 1 : owned, journal);
        }
        else if (isInHand) PageRuns.TryFree(first, journal);
        else if (IsPartInHand(state, journal) && !TrySettleParts(first, state, journal)) return;
        AddHints(first, blocks);
        journal->End();
    }

    private static nuint CountOwned(nuint first, nuint blocks, RunJournal* journal)
    {
        nuint owned = journal->Owned;
        BlockState edge = journal->Edge;
        bool isMore = edge.Kind == BlockState.KindRunPart && owned < blocks;
        return isMore && Arena.StateOf(first + owned).Value == edge.Value ? owned + 1 : owned;
    }

    /// <summary>A run was to be joined or cut, and the first block is a part as that call found it or made
    /// it: nobody has freed it since.</summary>
    private static bool IsPartInHand(BlockState state, RunJournal* journal)
    {
        if (!journal->Below.IsRunHead || state.Kind != BlockState.KindRunPart) return false;
        BlockState moving = journal->As;
        return state.ToRunMoving(journal->Owner, journal->Number).Value == moving.Value ||
            moving.ToRunPart(journal->Owner, journal->Number).Value == state.Value;
    }

    /// <summary>Free the parts if they belong to no run. False: another call is freeing the run, or has cut
    /// it further down, and may yet get to these parts. That it does not is known when the run is gone.
    /// </summary>
    private static bool TrySettleParts(nuint first, BlockState part, RunJournal* journal)
    {
        BlockState without = journal->Below;
        BlockState head = Arena.StateOf(first - without.Blocks);
        BlockState moving = without.ToRunMoving(0, 0);
        bool isSameRun = head.IsRunHead && head.Generation == without.Generation;
        if (isSameRun && head.Blocks > without.Blocks) return true;
        if (isSameRun && head.Blocks < without.Blocks) return false;
        if (head.Kind == moving.Kind && head.Generation == moving.Generation) return false;
        RunMotion.ReleaseParts(part, journal);
        return true;
    }

    /// <summary>Those of the abandoned call, as far as it came.</summary>
    private static void AddHints(nuint first, nuint blocks)
    {
        for (nuint block = first; block < first + blocks; block++)
        {
            if (Arena.StateOf(block).IsFree) PageAllocator.FreeMap.Add(block);
        }
    }
}
