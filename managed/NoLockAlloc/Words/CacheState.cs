// SPDX-License-Identifier: MIT
// The life of a cache's number. A cache is a number (DECISIONS 25): its descriptor, its cells and its slabs
// follow from it.
//
// STATE        63      48 47   32 31        8 7    0
//             | generation | maker | references | kind |
//   kind        Unused, Creating (its descriptor is being written), Live, Dying (destroyed; slabs and cells
//               of it may still be there)
//   references  Live: how many kmem_cache_create() calls it serves; of a bucket and of a fixed cache those
//               that were merged into it, which may be none
//   maker       Creating: the thread block in whose name the descriptor is written
//   generation  grows at each Creating
// WRITERS     anybody, by compare-exchange; from Creating its maker, or whoever settles the maker's block.
// TRANSITIONS Unused -> Creating, Dying -> Creating (only when nothing is left of the dead cache), Creating
//             -> Live, Creating -> Dying (the call was abandoned), Live -> Live (merged, or one of several
//             references gone), Live -> Dying. A bucket is Unused until a cache is merged into it, then Live.
// ORDER       Creating -> Live is a release store, as only the maker changes what it makes: who sees Live by
//             an acquiring load sees the descriptor. Every other change is a compare-exchange, a full fence.
// INVARIANTS  (1) A descriptor is written in Creating only.
//             (2) A number leaves Dying only when no block is a slab of it and no thread block has a cell of
//             it. So every step of creation and destruction may be the last one of its call: what is left
//             says by itself what is to be done with it.
// REENTRY     a handler may find any state.
// CHECKED BY  CacheStateTests, CacheLifeTests; KmemCache (native)

namespace NoLockAlloc.Words;

internal readonly struct CacheState(ulong value)
{
    internal const ulong KindUnused = 0;
    internal const ulong KindCreating = 1;
    internal const ulong KindLive = 2;
    internal const ulong KindDying = 3;

    private const ulong KindMask = 0xff;
    private const int ReferenceShift = 8;
    private const ulong OneReference = 1UL << ReferenceShift;
    private const ulong ReferenceMask = 0xffffffUL;
    private const int MakerShift = 32;
    private const ulong MakerMask = 0xffff;
    private const int GenerationShift = 48;

    internal ulong Value => value;
    internal ulong Kind => value & KindMask;
    internal ulong References => value >> ReferenceShift & ReferenceMask;
    internal ulong Maker => value >> MakerShift & MakerMask;
    internal bool IsLive => Kind == KindLive;
    internal bool IsDying => Kind == KindDying;

    /// <summary>There may be slabs and cells of it.</summary>
    internal bool IsInUse => IsLive || IsDying;

    internal bool IsMadeBy(ulong maker) => Kind == KindCreating && Maker == maker;

    internal CacheState ToCreating(ulong maker) =>
        new((value >> GenerationShift) + 1 << GenerationShift | maker << MakerShift | KindCreating);

    internal CacheState ToLive(ulong references) => new(Generation | references << ReferenceShift | KindLive);
    internal CacheState ToDying() => new(Generation | KindDying);
    internal CacheState Referenced() => new(value + OneReference);
    internal CacheState Unreferenced() => new(value - OneReference);

    private ulong Generation => value >> GenerationShift << GenerationShift;
}
