// SPDX-License-Identifier: MIT
// Which blocks a call is about to make a run of, or to free: RunMotion has the protocol.
//
// STATE       First: the run's first block, or 0. Blocks: its length. As: the state of the first block for as
//             long as the run is in motion. Edge: how many of the blocks are the call's for certain, in
//             the cell's field of what the state of the block after them is if that is the call's, too.
//             Below: 0, or the state of the head of the run that ends before the blocks, while they are not
//             part of it.
// WRITERS     the holder of Lock.
// TRANSITIONS Begin: First 0, the others, First. Note: Edge, before each exchange or store that makes one
//             block more or one block less. NoteBelow, before a run is joined with another. ChangeAs, before
//             what was a part is in motion. End: First 0.
// INVARIANTS  (1) The run is in motion by this journal exactly if the state of its first block is As: that
//                 state carries the owner, the journal's number and a generation.
//             (2) The block after the certain ones is the call's exactly if its state is the Edge's.
// REENTRY     a handler that finds the lock held takes the thread's other journal; if that is held too, one
//             in its own frame, which nobody can settle (owner 0).
// CHECKED BY  RunJournalTests, PageRunsAbandonmentTests, InterleavingTests (PiecesOfTwoRuns)

using System.Runtime.InteropServices;

namespace NoLockAlloc.Words;

[StructLayout(LayoutKind.Explicit, Size = (int)Bytes)]
internal struct RunJournal
{
    internal const nuint Bytes = 64;

    private const ulong CountMask = 0xffff;

    [FieldOffset(0x00)] internal LocalLock Lock;

    /// <summary>The thread block that it lies in, from 1, and which of that block's journals it is. Both 0 in
    /// one that lies in a frame.</summary>
    [FieldOffset(0x08)] internal ulong Owner;
    [FieldOffset(0x10)] internal ulong Number;

    [FieldOffset(0x18)] private LocalWord _first;
    [FieldOffset(0x20)] private LocalWord _blocks;
    [FieldOffset(0x28)] private LocalWord _as;
    [FieldOffset(0x30)] private LocalWord _edge;
    [FieldOffset(0x38)] private LocalWord _below;

    internal nuint First => (nuint)_first.Get();

    internal nuint Blocks => (nuint)_blocks.Get();

    internal BlockState As => new(_as.Get());

    /// <summary>Blocks that are the call's for certain.</summary>
    internal nuint Owned => (nuint)(_edge.Get() & CountMask);

    /// <summary>What the block after those is, if it is the call's; a free block: it is not.</summary>
    internal BlockState Edge => new(_edge.Get() & ~CountMask);

    /// <summary>A RunHead, if a run is to become longer or shorter by these blocks.</summary>
    internal BlockState Below => new(_below.Get());

    /// <summary>The first block's state is about to become this one.</summary>
    internal void Begin(
        nuint first, nuint blocks, BlockState moving, nuint owned, BlockState below = default)
    {
        _first.Set(0);
        _blocks.Set(blocks);
        _as.Set(moving.Value);
        _edge.Set(owned);
        NoteBelow(below);
        _first.Set(first);
    }

    internal void NoteBelow(BlockState head) => _below.Set(head.Value);

    internal void ChangeAs(BlockState moving) => _as.Set(moving.Value);

    /// <summary>The block after so many is about to become, or to cease to be, in this state.</summary>
    internal void Note(nuint owned, BlockState part) => _edge.Set(part.Value | owned);

    internal void End() => _first.Set(0);
}
