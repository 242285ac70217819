// SPDX-License-Identifier: MIT
// struct page (include/linux/mm_types.h): a word for each page of the arena, whose place is the page's name.
// Of pages that were allocated together the word of the first says what is known of all, the others are 0.
//
// STATE           63     62  48 47   32 31        0
//             | kmalloc |  tag | group | references |
//   kmalloc     the pages are an object of kmalloc() above its largest bucket, and have no references
//   tag, group  the call site that counts them, the group that they are charged to; 0: none
//   references  0 also of frozen pages
// WRITERS     anybody who has a reference, by compare-exchange. Who allocates, by a store.
// TRANSITIONS 0 -> what is known, with one reference or none, when the pages are handed out. n -> n + 1 and
//             n -> n - 1 references. All -> 0 by who drops the last one, who frees a kmalloc object, or who
//             frees frozen pages: he alone uncharges and frees them.
// ORDER       full fences: what was done under a reference comes before the pages are free.
// INVARIANTS  (1) Of pages that nobody has the word is 0.
//             (2) Pages are uncharged once: by the exchange that makes the word 0.
// REENTRY     an abandoned call may leave pages that nobody has a reference of: those that it had in hand,
//             with their charge.
// CHECKED BY  PageTests, PageWordTests; page_test, memcg_page_test (native)

namespace NoLockAlloc.Words;

internal readonly struct PageWord(ulong value)
{
    private const ulong LargeKmalloc = 1UL << 63;
    private const int TagShift = 48;
    private const ulong TagMask = 0x7fff;
    private const int GroupShift = 32;
    private const ulong GroupMask = 0xffff;
    private const ulong MostReferences = 0xffff_ffff;

    internal ulong Value => value;
    internal ulong References => (uint)value;
    internal bool IsLargeKmalloc => (value & LargeKmalloc) != 0;

    /// <summary>As in ExtensionWord.</summary>
    internal ulong Entry =>
        ExtensionWord.Entry((uint)(value >> GroupShift & GroupMask), (uint)(value >> TagShift & TagMask));

    internal bool HasRoomForReference => References != MostReferences;

    internal PageWord Referenced() => new(value + 1);

    internal PageWord Unreferenced() => new(References == 1 ? 0 : value - 1);

    internal static PageWord Of(ulong references, ulong entry) => new(
        (ulong)ExtensionWord.TagOf(entry) << TagShift | (ulong)ExtensionWord.GroupOf(entry) << GroupShift |
        references);

    internal static PageWord OfLargeKmalloc(ulong entry) => new(Of(0, entry).Value | LargeKmalloc);
}
