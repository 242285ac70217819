// SPDX-License-Identifier: MIT
// Runs of 1 to 64 consecutive blocks: what the kernel's page allocator gives out by orders 4 to 10, and any
// length between. Single blocks are taken from the lowest address up (PageAllocator), runs from the highest
// down, below a ceiling that grows by steps: so neither breaks up the other's free memory (DECISIONS 26).
//
// journal: of the calling thread, whose lock the caller holds, or one in the caller's frame, all zero. With
// the former an abandoned call loses nothing but a run that it was about to hand out, past the end of the
// journal.

using NoLockAlloc.Machine;
using NoLockAlloc.Words;

namespace NoLockAlloc.Pages;

internal static unsafe class PageRuns
{
    internal const nuint MaximumBlocks = 64;

    internal static nuint None => HintMap.None;

    /// <summary>The first block of a new run on the node. align: a power of two up to 64; the first block,
    /// and so the address in blocks, is a multiple of it. isZero: the memory is all zero. None if no such run
    /// is free.</summary>
    internal static nuint Take(
        nuint blocks, nuint align, RunJournal* journal, out bool isZero, nuint node = 0)
    {
        Bug.On(blocks - 1 >= MaximumBlocks || align - 1 >= MaximumBlocks || (align & (align - 1)) != 0);
        nuint begin = Nodes.FirstBlock(node);
        nuint end = Nodes.EndBlock(node);
        nuint floor = begin;
        nuint ceiling = Ceiling(Nodes.HighBlock(node), begin, end);
        isZero = false;
        while (true)
        {
            nuint first = PageAllocator.FreeMap.FindRun(floor, ceiling, blocks, align);
            if (first == None)
            {
                if (ceiling == end) return None;
                floor = ceiling - begin < blocks ? begin : ceiling - blocks;
                ceiling = Ceiling(ceiling + 1 + (ceiling - begin) / 8, begin, end);
            }
            else if (RunMotion.TryAssemble(first, blocks, journal, out ulong dirty))
            {
                Arena.State(first).Store(journal->As.ToRunHead(blocks).Value);
                journal->End();
                isZero = dirty == 0;
                return first;
            }
        }
    }

    /// <summary>False: no run begins there. Tried again where another call makes the run longer or shorter at
    /// the same time.</summary>
    internal static bool TryFree(nuint first, RunJournal* journal)
    {
        bool isOurs = false;
        BlockState state = Arena.StateOf(first);
        while (state.IsRunHead && !isOurs)
        {
            BlockState moving = state.ToRunMoving(journal->Owner, journal->Number);
            journal->Begin(first, state.Blocks, moving, owned: state.Blocks);
            isOurs = Arena.State(first).TryReplace(state.Value, moving.Value);
            if (isOurs) RunMotion.ReleaseUsed(first, state.Blocks, journal);
            else state = Arena.StateOf(first);
        }
        journal->End();
        return isOurs;
    }

    /// <summary>Make the run longer where it is. isZero: what it has grown by is all zero. False: no run
    /// begins there, or what follows it is not free.</summary>
    internal static bool TryGrow(nuint first, nuint blocks, RunJournal* journal, out bool isZero)
    {
        BlockState state = Arena.StateOf(first);
        isZero = false;
        if (!state.IsRunHead || blocks <= state.Blocks || blocks > MaximumBlocks) return false;
        if (first + blocks > Nodes.EndBlock(Nodes.Of(first))) return false;
        nuint end = first + state.Blocks;
        nuint more = blocks - state.Blocks;
        if (!RunMotion.TryAssemble(end, more, journal, out ulong dirty)) return false;

        journal->NoteBelow(state);
        BlockState part = journal->As.ToRunPart(journal->Owner, journal->Number);
        Arena.State(end).Store(part.Value);
        bool isJoined = Arena.State(first).TryReplace(state.Value, state.WithBlocks(blocks).Value);
        if (!isJoined) RunMotion.ReleaseParts(part, journal);
        journal->End();
        isZero = isJoined && dirty == 0;
        return isJoined;
    }

    /// <summary>Free what the run has beyond so many blocks. False: no run begins there, or another call has
    /// changed it.</summary>
    internal static bool TryShrink(nuint first, nuint blocks, RunJournal* journal)
    {
        BlockState state = Arena.StateOf(first);
        if (!state.IsRunHead || blocks == 0 || blocks >= state.Blocks) return false;
        nuint end = first + blocks;
        nuint less = state.Blocks - blocks;
        BlockState shorter = state.WithBlocks(blocks);
        BlockState part = Arena.StateOf(end);
        BlockState moving = part.ToRunMoving(journal->Owner, journal->Number);
        journal->Begin(end, less, moving, owned: less, shorter);
        bool isCut = Arena.State(first).TryReplace(state.Value, shorter.Value);
        if (isCut) RunMotion.ReleaseParts(part, journal);
        journal->End();
        return isCut;
    }

    /// <summary>Whether a run begins at the address.</summary>
    internal static bool IsRunHead(nuint address) =>
        address % Arena.BlockBytes == 0 && Arena.Contains(address) &&
        Arena.StateOf(Arena.BlockOf(address)).IsRunHead;

    /// <summary>The length of the run that begins there; 0: none does.</summary>
    internal static nuint BlocksOf(nuint first)
    {
        BlockState state = Arena.StateOf(first);
        return state.IsRunHead ? state.Blocks : 0;
    }

    /// <summary>Not below this one; a multiple of 64 blocks, or the end.</summary>
    private static nuint Ceiling(nuint block, nuint begin, nuint end)
    {
        nuint least = block > begin ? block : begin;
        nuint ceiling = (least + MaximumBlocks - 1) & ~(MaximumBlocks - 1);
        return ceiling < end ? ceiling : end;
    }
}
