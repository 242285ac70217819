// SPDX-License-Identifier: MIT
// What is known of a call site, out of band: it stays when the module with the call site is unloaded, so that
// objects that are still out can be counted down.
//
// STATE       State: Free; Writing; Unloaded; else the key of the module that has the call site
//             (NoModule or the address of its TagModule).
//             Bytes, Calls: of objects that are out. Hash, text: of the call site, once written for ever.
// WRITERS     State: anybody, along the transitions. Text and hash: who made the entry Writing. Counters:
//             who allocates and frees, by atomic additions.
// TRANSITIONS Free -> Writing -> (the tag's Id) -> key. Writing -> Free, if another was faster with the Id.
//             key <-> Unloaded, as the module is unloaded and loaded again.
// ORDER       full fences: the text is written before the Id and before the key.
// INVARIANTS  (1) Two loaded modules never share an entry; tags of one module with the same text do.
//             (2) A Writing entry that an Id leads to is complete: whoever comes by that Id says so.
//                 One that none leads to was abandoned, and is lost.
// REENTRY     a handler may register the same tag in the middle: the Id decides.
// CHECKED BY  TagTableTests

using System.Runtime.InteropServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Tags;

[StructLayout(LayoutKind.Explicit, Size = (int)ArenaLayout.TagBytes)]
internal unsafe struct TagEntry
{
    internal const ulong Free = 0;
    internal const ulong Writing = 1;
    internal const ulong Unloaded = 2;
    internal const ulong NoModule = 3;

    private const int TextAt = 40;

    /// <summary>Bytes of a text with the 0 at its end.</summary>
    internal const int TextBytes = (int)ArenaLayout.TagBytes - TextAt;

    [FieldOffset(0x00)] internal SharedWord State;
    [FieldOffset(0x08)] internal SharedWord Bytes;
    [FieldOffset(0x10)] internal SharedWord Calls;

    /// <summary>Not 0: objects went uncounted, for want of a vector.</summary>
    [FieldOffset(0x18)] internal SharedWord IsInaccurate;
    [FieldOffset(0x20)] internal SharedWord Hash;
    [FieldOffset(TextAt)] private byte _text;

    internal static TagEntry* Of(uint id) => (TagEntry*)Arena.Header->Tags + (id - 1);

    internal static byte* TextOf(TagEntry* entry) => &entry->_text;

    /// <summary>Whether a module has the call site, or objects of it are out.</summary>
    internal bool IsShown => State.Load() > Unloaded || (State.Load() == Unloaded && Calls.Load() != 0);

    internal void Add(ulong bytes)
    {
        Bytes.Add(bytes);
        Calls.Add(1);
    }

    internal void Remove(ulong bytes)
    {
        Bytes.Add(0 - bytes);
        Calls.Add(~0UL);
    }
}
