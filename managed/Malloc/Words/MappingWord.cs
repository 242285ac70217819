// SPDX-License-Identifier: MIT
// One slot of the table of mappings: a piece of memory that the OS gave to one object alone.
//
// STATE        63   28  27   26    0
//             | page  |unit| count  |     0: never used
//   page        its address / 4096; 0: no mapping, the slot can be taken
//   unit        0: count is in pages of 4 KiB; 1: in pieces of 2 MiB
//   count       how long it is; in a slot that can be taken, not 0, so that a search goes on behind it
// WRITERS     anybody, by compare-exchange.
// TRANSITIONS Never or Gone -> a mapping, by who has made it. Mapping -> Gone, by who is about to unmap or to
//             move it. Never does not come back.
// ORDER       each exchange is a full fence.
// INVARIANTS  (1) A mapping stands in the table from before its address is handed out until before it is
//                 unmapped, so no address is twice in the table.
//             (2) A search for an address that is in the table passes no slot that was Never.
// REENTRY     one exchange is the whole of each change. A call that is abandoned before or after it loses the
//             one mapping in hand.
// CHECKED BY  MappingWordTests

namespace NoLockAlloc.Words;

internal readonly struct MappingWord(ulong value)
{
    internal const int PageShift = 12;

    private const int CountBits = 27;
    private const int UnitShift = CountBits;
    private const int NumberShift = UnitShift + 1;
    private const int PieceShift = 21;

    private const ulong CountMask = (1UL << CountBits) - 1;

    internal static MappingWord Never => new(0);
    internal static MappingWord Gone => new(1);

    internal ulong Value => value;
    internal bool IsNever => value == 0;
    internal bool CanBeTaken => value >> NumberShift == 0;
    internal nuint Address => (nuint)(value >> NumberShift) << PageShift;

    internal nuint Bytes =>
        (nuint)(value & CountMask) << ((value >> UnitShift & 1) == 0 ? PageShift : PieceShift);

    internal static MappingWord Of(nuint address, nuint bytes)
    {
        ulong number = (ulong)address >> PageShift << NumberShift;
        ulong pages = (ulong)bytes >> PageShift;
        return pages <= CountMask
            ? new MappingWord(number | pages)
            : new MappingWord(number | 1UL << UnitShift | (ulong)bytes >> PieceShift);
    }

    /// <summary>How long a mapping of at least so many bytes is, so that its length fits a word. 0: too long.
    /// </summary>
    internal static nuint RoundUp(nuint bytes)
    {
        const nuint page = 1 << PageShift;
        const nuint piece = 1 << PieceShift;
        if (bytes > (nuint)CountMask << PieceShift) return 0;
        nuint unit = bytes <= (nuint)CountMask << PageShift ? page : piece;
        return (bytes + unit - 1) & ~(unit - 1);
    }
}
