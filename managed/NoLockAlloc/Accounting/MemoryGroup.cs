// SPDX-License-Identifier: MIT
// struct mem_cgroup: a group that allocations are charged to. Groups lie in a table out of band and are
// type-stable; a handle names the place and the generation, so that one that is stale is known.
// Words/GroupWord.cs has the protocol of a group's life, Charge that of its counters.
//
// An abandoned call leaves at most what it had in hand: the group that it was making, or one count.

using System.Runtime.InteropServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Accounting;

[StructLayout(LayoutKind.Explicit, Size = (int)ArenaLayout.GroupBytes)]
internal unsafe struct MemoryGroup
{
    private const int GenerationShift = 32;

    [FieldOffset(0x00)] internal SharedWord State;

    /// <summary>The number of the group around it, from 1; 0: none. Written before anybody has a handle.
    /// </summary>
    [FieldOffset(0x08)] internal LocalWord Parent;

    /// <summary>Bytes, of the group and of those inside it.</summary>
    [FieldOffset(0x10)] internal SharedWord Limit;
    [FieldOffset(0x18)] internal SharedWord Usage;
    [FieldOffset(0x20)] internal SharedWord MaxUsage;

    /// <summary>Charges that this group's limit refused.</summary>
    [FieldOffset(0x28)] internal SharedWord Failures;

    internal static MemoryGroup* Of(uint number) =>
        (MemoryGroup*)Arena.Header->Groups + (number - 1);

    /// <summary>A group with one holder, and a handle to it. 0: the parent has ended or has too many holders,
    /// or there is no place left.</summary>
    internal static ulong Create(ulong parent, ulong limit)
    {
        if (!Arena.Ensure()) return 0;
        if (parent != 0 && !TryCount(parent, GroupWord.OneHolder)) return 0;
        for (uint number = 1; number <= Arena.Header->GroupCount; number++)
        {
            MemoryGroup* group = Of(number);
            GroupWord seen = new(group->State.Load());
            if (!seen.IsFree || !group->State.TryReplace(seen.Value, seen.Born().Value)) continue;
            group->Parent.Set(NumberOf(parent));
            group->Limit.Store(limit);
            group->Usage.Store(0);
            group->MaxUsage.Store(0);
            group->Failures.Store(0);
            PageAllocator.RaiseTo(ref Arena.Header->HighGroup, number);
            return HandleOf(number);
        }
        if (parent != 0) Drop(NumberOf(parent), GroupWord.OneHolder);
        return 0;
    }

    /// <summary>One holder or one object more of the group that the handle names. False: it has ended, or has
    /// all that can be counted.</summary>
    internal static bool TryCount(ulong handle, ulong one)
    {
        uint number = NumberOf(handle);
        if (!IsNumber(number)) return false;
        ref SharedWord state = ref Of(number)->State;
        while (true)
        {
            GroupWord seen = new(state.Load());
            if (!IsOf(seen, handle)) return false;
            if (!(one == GroupWord.OneObject ? seen.HasRoomForObject : seen.HasRoomForHolder)) return false;
            if (state.TryReplace(seen.Value, seen.Value + one)) return true;
        }
    }

    /// <summary>The caller gives up what it counted. Where that was the last, the group has ended, and its
    /// parent has a holder less.</summary>
    internal static void Drop(uint number, ulong one)
    {
        while (number != 0)
        {
            MemoryGroup* group = Of(number);
            uint parent = (uint)group->Parent.Get();
            GroupWord left = new(group->State.Add(0 - one) - one);
            if (!left.IsFree) return;
            number = parent;
            one = GroupWord.OneHolder;
        }
    }

    /// <summary>A handle is given up. False: it is stale, or has been put as often as it was got.</summary>
    internal static bool TryPut(ulong handle)
    {
        uint number = NumberOf(handle);
        if (!IsNumber(number)) return false;
        ref SharedWord state = ref Of(number)->State;
        while (true)
        {
            GroupWord seen = new(state.Load());
            if (!IsOf(seen, handle) || seen.Holders == 0) return false;
            uint parent = (uint)Of(number)->Parent.Get();
            GroupWord left = new(seen.Value - GroupWord.OneHolder);
            if (!state.TryReplace(seen.Value, left.Value)) continue;
            if (left.IsFree) Drop(parent, GroupWord.OneHolder);
            return true;
        }
    }

    /// <summary>False: the handle is stale.</summary>
    internal static bool TrySetLimit(ulong handle, ulong limit)
    {
        if (!TryCount(handle, GroupWord.OneHolder)) return false;
        Of(NumberOf(handle))->Limit.Store(limit);
        return TryPut(handle);
    }

    /// <summary>The handle of a group that lives.</summary>
    internal static ulong HandleOf(uint number) =>
        new GroupWord(Of(number)->State.Load()).Generation << GenerationShift | number;

    /// <summary>Whether the handle's group lives, at this moment.</summary>
    internal static bool IsLive(ulong handle) =>
        IsNumber(NumberOf(handle)) && IsOf(new GroupWord(Of(NumberOf(handle))->State.Load()), handle);

    internal static uint NumberOf(ulong handle) => (uint)handle;

    internal static bool IsNumber(uint number) =>
        number != 0 && Arena.Base != 0 && number <= Arena.Header->HighGroup.Load();

    private static bool IsOf(GroupWord state, ulong handle) =>
        !state.IsFree && state.Generation == handle >> GenerationShift;
}
