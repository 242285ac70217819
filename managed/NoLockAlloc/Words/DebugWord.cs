// SPDX-License-Identifier: MIT
// Where one object of a debug cache is in its life. It lies out of band, beside the object's tracks.
//
// STATE        63      36 35     19 18  16 15   0
//             | generation | changes | kind | size |
//   size        the bytes that were asked for (the kernel's orig_size); zones are measured from here
//   kind        Fresh (never was an object), Busy (a call is at it), Live, Free, Lost (out of circulation)
//   changes     one more with each change, modulo 2^17
//   generation  of the slab (BlockState). A word of another generation counts as Fresh, so nothing has to be
//               cleared when a slab begins or ends
// WRITERS     whoever took the object's bit from its slab: Fresh, Free -> Busy -> Live, or Lost. Who frees:
//             Live -> Busy -> Free, by compare-exchange, so of two frees one sees that he is the second.
//             ksize(): Live -> Live of another size.
// ORDER       -> Busy is a full fence: bytes are written after it. From Busy is a release. Who only looks
//             compares the word by an exchange before and after (IsStill): a change in between is seen.
// INVARIANTS  (1) the bit in the object word is set unless the kind is Fresh or Free.
//             (2) While the kind is Busy its call owns the object and all its bytes. If that is abandoned,
//                 the object is lost: it is the one in hand.
// REENTRY     a handler passes over what is Busy; a free of it is a double free.
// CHECKED BY  DebugWordTests; DebugTest (native)

namespace NoLockAlloc.Words;

internal readonly struct DebugWord(ulong value)
{
    internal const ulong KindFresh = 0;
    internal const ulong KindBusy = 1;
    internal const ulong KindLive = 2;
    internal const ulong KindFree = 3;
    internal const ulong KindLost = 4;

    private const int KindShift = 16;
    private const int ChangesShift = KindShift + 3;
    private const int GenerationShift = 36;
    private const ulong SizeMask = (1UL << KindShift) - 1;
    private const ulong KindMask = (1UL << (ChangesShift - KindShift)) - 1;
    private const ulong ChangesMask = (1UL << (GenerationShift - ChangesShift)) - 1;

    internal ulong Value => value;
    internal nuint Size => (nuint)(value & SizeMask);
    internal ulong Generation => value >> GenerationShift;

    private ulong Changes => value >> ChangesShift & ChangesMask;

    /// <summary>Of an object of a slab of that generation.</summary>
    internal ulong KindIn(ulong generation) =>
        generation == Generation ? value >> KindShift & KindMask : KindFresh;

    internal DebugWord To(ulong kind, nuint size, ulong generation) => new(
        generation << GenerationShift | (Changes + 1 & ChangesMask) << ChangesShift |
        kind << KindShift | size);

    /// <summary>The same life with another kind.</summary>
    internal DebugWord To(ulong kind) => To(kind, Size, Generation);

    /// <summary>Whether nobody changed the word since; everything that was read meanwhile was read before.
    /// </summary>
    internal bool IsStill(ref SharedWord word) => word.TryReplace(value, value);
}
