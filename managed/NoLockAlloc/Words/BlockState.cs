// SPDX-License-Identifier: MIT
// The state of one block (64 KiB, 16 pages) of the arena: the truth about who owns it. All maps that help
// to find blocks are hints, and are checked against this word.
//
// STATE        63      36 35    34     33  31 30   16 15    0
//             | generation |dirty|listed| kind  | owner | cell  |
//   generation  grows at each change of kind; 28 bits
//   dirty       Free only: the memory may be other than zero
//   listed      Slab only: the slab stands in its bucket's partial list. RunMoving and RunPart: the number
//               of the owner's RunJournal
//   kind        Free, Slab, Releasing (slab on its way to Free), Purging (Free on its way to clean),
//               RunHead (the first block of a run), RunPart (any other), RunMoving (the first, on its way
//               from Free or to Free)
//   owner       number of the thread block that claimed it, 0: none. RunHead: the run's length in blocks
//   cell        Slab only: its bucket, as the distance of the bucket's cell in a thread block, in words
// WRITERS     anybody, by compare-exchange, along the transitions below and no other.
// TRANSITIONS Free -> Slab (claimed or not), Slab -> Slab (claim, unclaim, list, unlist),
//             Slab -> Releasing -> Free, Free dirty -> Purging -> Free clean. Releasing and Purging are
//             left by their owner alone, or by whoever settles the owner's journal.
//             Runs (Pages/RunMotion.cs): Free -> RunMoving -> RunHead -> RunMoving -> Free, the others
//             Free -> RunPart -> Free; RunHead -> RunHead of another length; where a run is joined or cut,
//             RunMoving -> RunPart and RunPart -> RunMoving.
// ORDER       every change is a compare-exchange, a full fence. What is written to a block's words before
//             Releasing -> Free is seen by whoever makes Free -> Slab.
// INVARIANTS  (1) A block that is not a Slab has cell 0, so that a free of a pointer into it is refused.
//             (2) A block never leaves Slab while an object of it is out, nor while its claim is another's.
//             (3) The words of a Free block are zero, but for bits that a belated taker is about to clear.
// REENTRY     a handler may find any state; it never changes a block that another owns.
// CHECKED BY  BlockStateTests

namespace NoLockAlloc.Words;

internal readonly struct BlockState(ulong value)
{
    internal const ulong KindFree = 0;
    internal const ulong KindSlab = 1;
    internal const ulong KindReleasing = 2;
    internal const ulong KindPurging = 3;
    internal const ulong KindRunPart = 4;
    internal const ulong KindRunHead = 5;
    internal const ulong KindRunMoving = 6;

    private const int OwnerShift = 16;
    private const int OwnerBits = 15;
    private const int KindShift = OwnerShift + OwnerBits;
    private const int KindBits = 3;
    private const int ListedShift = KindShift + KindBits;
    private const int DirtyShift = ListedShift + 1;
    private const int GenerationShift = DirtyShift + 1;

    private const ulong CellMask = (1UL << OwnerShift) - 1;
    private const ulong OwnerMask = ((1UL << OwnerBits) - 1) << OwnerShift;
    private const ulong KindMask = ((1UL << KindBits) - 1) << KindShift;
    private const ulong ListedBit = 1UL << ListedShift;
    private const ulong DirtyBit = 1UL << DirtyShift;
    private const ulong GenerationOne = 1UL << GenerationShift;
    private const ulong GenerationMask = ~(GenerationOne - 1);

    internal ulong Value => value;
    internal ulong Cell => value & CellMask;
    internal ulong Owner => (value & OwnerMask) >> OwnerShift;
    internal ulong Kind => (value & KindMask) >> KindShift;
    internal bool IsListed => (value & ListedBit) != 0;
    internal bool IsDirty => (value & DirtyBit) != 0;
    internal ulong Generation => value >> GenerationShift;

    internal bool IsFree => Kind == KindFree;
    internal bool IsRunHead => Kind == KindRunHead;

    /// <summary>Of a RunHead.</summary>
    internal nuint Blocks => (nuint)Owner;

    internal bool IsSlabOf(ulong cell) => Kind == KindSlab && Cell == cell;
    internal bool IsUnclaimedSlabOf(ulong cell) => IsSlabOf(cell) && Owner == 0;
    internal bool IsClaimedBy(ulong owner, ulong cell) => IsSlabOf(cell) && Owner == owner;

    /// <summary>The same life of the same slab, whoever claims or lists it.</summary>
    internal bool IsSameSlab(BlockState other) =>
        (value & (GenerationMask | KindMask | CellMask)) ==
        (other.Value & (GenerationMask | KindMask | CellMask));

    internal BlockState ToSlab(ulong cell, ulong owner) => Next(KindSlab, owner, cell);
    internal BlockState ToReleasing(ulong owner) => Next(KindReleasing, owner, 0);
    internal BlockState ToPurging(ulong owner) => Next(KindPurging, owner, 0);
    internal BlockState ToFree(bool dirty) => new(Next(KindFree, 0, 0).Value | (dirty ? DirtyBit : 0));

    internal BlockState ToRunMoving(ulong owner, ulong journal) => NextOfRun(KindRunMoving, owner, journal);
    internal BlockState ToRunPart(ulong owner, ulong journal) => NextOfRun(KindRunPart, owner, journal);
    internal BlockState ToRunHead(nuint blocks) => Next(KindRunHead, blocks, 0);

    /// <summary>The same life of the same run, longer or shorter.</summary>
    internal BlockState WithBlocks(nuint blocks) => new((value & ~OwnerMask) | (ulong)blocks << OwnerShift);

    internal BlockState Claimed(ulong owner) =>
        new((value & ~(OwnerMask | ListedBit)) | owner << OwnerShift);

    internal BlockState Unclaimed() => new(value & ~OwnerMask);
    internal BlockState Listed() => new(value | ListedBit);
    internal BlockState Unlisted() => new(value & ~ListedBit);

    private BlockState NextOfRun(ulong kind, ulong owner, ulong journal) =>
        new(Next(kind, owner, 0).Value | journal << ListedShift);

    private BlockState Next(ulong kind, ulong owner, ulong cell) =>
        new((value & GenerationMask) + GenerationOne | kind << KindShift | owner << OwnerShift | cell);
}
