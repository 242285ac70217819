// SPDX-License-Identifier: MIT
// What one object of a debug cache takes (calculate_sizes, mm/slub.c), from its slot's first byte:
//
//     | left red zone | object | right red zone | padding |
//
// The kernel keeps tracks and the size that was asked for behind the object; here they are out of band,
// where no overrun reaches them. The object keeps its alignment (a bucket's its natural one), so the left red
// zone is as long as that.

using System.Numerics;

namespace NoLockAlloc.Pages;

internal readonly struct DebugLayout
{
    /// <summary>The last numbers of caches are the buckets' debug caches, in the same order.</summary>
    internal const int FirstCache = Sizes.Caches - Sizes.Buckets + 1;

    private const uint RightBytes = 8;
    private const uint LeastLeft = 16;
    private const int PageShift = 12;

    /// <summary>Bytes of out-of-band memory an object, and the smallest slot: so there are at most so many
    /// objects a block.</summary>
    internal const nuint EntryBytes = 256;
    internal const uint LeastSlot = 64;
    internal const nuint TableBytesPerBlock = Arena.BlockBytes / LeastSlot * EntryBytes;

    internal DebugLayout(uint size, uint alignment, uint flags)
    {
        bool hasZones = (flags & SlubDebug.RedZone) != 0;
        Left = !hasZones ? 0 : alignment > LeastLeft ? alignment : LeastLeft;
        Right = hasZones ? RightBytes : 0;
        uint needed = Left + size + Right;
        if (needed < LeastSlot) needed = LeastSlot;
        Slot = (needed + alignment - 1) & ~(alignment - 1);
    }

    internal uint Left { get; }
    internal uint Right { get; }
    internal uint Slot { get; }

    internal static uint NaturalAlignment(uint size) => 1U << BitOperations.TrailingZeroCount((ulong)size);

    /// <summary>Without metadata if the slot would be larger than a slab, or with the letter O if it needs
    /// more pages than the object.</summary>
    internal static uint Affordable(uint size, uint alignment, uint flags)
    {
        uint slot = new DebugLayout(size, alignment, flags).Slot;
        bool isHigher = (flags & SlubDebug.NoHigherOrder) != 0 && OrderOf(slot) > OrderOf(size);
        return isHigher || slot > Arena.BlockBytes32 ? flags & ~SlubDebug.Metadata : flags;
    }

    /// <summary>get_order.</summary>
    private static int OrderOf(uint bytes) =>
        64 - BitOperations.LeadingZeroCount((ulong)(bytes - 1) >> PageShift);
}
