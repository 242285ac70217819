// SPDX-License-Identifier: MIT
// What is known about one object of a debug cache, out of band: found by its block and its index in it, so
// nothing has to be allocated for it, and nothing of it can be lost.

using System.Runtime.InteropServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Debug;

[StructLayout(LayoutKind.Explicit, Size = (int)DebugLayout.EntryBytes)]
internal struct DebugEntry
{
    /// <summary>A DebugWord.</summary>
    [FieldOffset(0x00)] internal SharedWord State;

    /// <summary>Who allocated and who freed it last. Written while Busy; a report about an object that
    /// somebody else uses reads them as they pass.</summary>
    [FieldOffset(0x08)] internal Track Allocated;
    [FieldOffset(0x80)] internal Track Freed;
}
