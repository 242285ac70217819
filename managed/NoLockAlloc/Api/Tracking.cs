// SPDX-License-Identifier: MIT
// What may be written down about an allocation, of whatever kind: the group that it is charged to, the call
// site that it is counted at. Both fit into one entry (Words/ExtensionWord.cs), which is 0 for most.
//
// Of a call that is abandoned in here, what remains is what it had in hand: one object, with its bytes on the
// group's and the call site's counters and its count of the group.

using NoLockAlloc.Accounting;
using NoLockAlloc.Tags;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class Tracking
{
    /// <summary>What is to be written down about an allocation; 0: nothing. The group has a count more, which
    /// TryBegin gives up if it fails, and Forget.</summary>
    internal static ulong EntryFor(uint gfp, AllocTag* tag) =>
        ExtensionWord.Entry(ObjectCharge.TryGetGroup(gfp), tag == null ? 0 : TagTable.IdOf(tag));

    /// <summary>Charge and count so many bytes. False: a limit refuses them, and the entry is given up.
    /// </summary>
    internal static bool TryBegin(ulong entry, ulong bytes, uint gfp)
    {
        if (entry == 0) return true;
        if (!ObjectCharge.TryCharge(ExtensionWord.GroupOf(entry), bytes, gfp))
        {
            Forget(entry);
            return false;
        }
        uint tag = ExtensionWord.TagOf(entry);
        if (tag != 0) TagEntry.Of(tag)->Add(bytes);
        return true;
    }

    /// <summary>There was no memory for what the entry was meant for.</summary>
    internal static void Forget(ulong entry) => ObjectCharge.Forget(ExtensionWord.GroupOf(entry));

    /// <summary>They are freed. The entry may come from memory that the program can damage: it is looked at
    /// with bounds.</summary>
    internal static void End(ulong entry, ulong bytes)
    {
        if (entry == 0) return;
        ObjectCharge.Uncharge(ExtensionWord.GroupOf(entry), bytes);
        uint tag = ExtensionWord.TagOf(entry);
        if (TagTable.IsId(tag)) TagEntry.Of(tag)->Remove(bytes);
    }

    /// <summary>What was begun goes untracked, for want of a vector: the row of the call site says so.
    /// </summary>
    internal static void GiveUp(ulong entry, ulong bytes)
    {
        End(entry, bytes);
        uint tag = ExtensionWord.TagOf(entry);
        if (tag != 0) TagEntry.Of(tag)->IsInaccurate.Store(1);
    }

    /// <summary>The handle of an entry's group; 0: none.</summary>
    internal static ulong GroupOf(ulong entry)
    {
        uint group = ExtensionWord.GroupOf(entry);
        return MemoryGroup.IsNumber(group) ? MemoryGroup.HandleOf(group) : 0;
    }
}
