// SPDX-License-Identifier: MIT
// page_counter_try_charge and page_counter_uncharge (mm/page_counter.c): bytes on a group and on all around
// it, without a lock.
//
// STATE       Usage of each group: at most its Limit, unless that was lowered, or a charge was forced.
// WRITERS     anybody who holds a count of the group, or of one inside it.
// TRANSITIONS charge: first a look whether there is room everywhere; then up level by level, each by a
//             compare-exchange that keeps to the limit. Where one refuses after all, because others were
//             faster, what was charged below it goes again. Force: up level by level, limits or not.
//             Uncharge: down level by level.
// ORDER       full fences; nothing else hangs on the counters.
// INVARIANTS  (1) A charge that goes through, and is not forced, never takes a group beyond its limit.
//             (2) Of an object that is out, every level has been charged.
//             (3) An abandoned call leaves at most the bytes of the one object in hand, on some levels.
// REENTRY     a handler may charge in the middle. It may be refused where the interrupted charge takes the
//             room, as by another thread.
// CHECKED BY  ChargeTests, AccountedPieceTests

using NoLockAlloc.Pages;

namespace NoLockAlloc.Accounting;

internal static unsafe class Charge
{
    internal static bool TryCharge(uint group, ulong bytes)
    {
        for (uint level = group; level != 0; level = ParentOf(level))
        {
            if (!HasRoom(level, bytes)) return Refuse(level);
        }
        for (uint level = group; level != 0; level = ParentOf(level))
        {
            if (TryAdd(level, bytes)) continue;
            Uncharge(group, bytes, level);
            return Refuse(level);
        }
        return true;
    }

    /// <summary>Whatever the limits say (page_counter_charge).</summary>
    internal static void Force(uint group, ulong bytes)
    {
        for (uint level = group; level != 0; level = ParentOf(level))
        {
            ulong usage = MemoryGroup.Of(level)->Usage.Add(bytes) + bytes;
            PageAllocator.RaiseTo(ref MemoryGroup.Of(level)->MaxUsage, usage);
        }
    }

    /// <summary>From the group up to the level that end names, which is left alone; 0: all.</summary>
    internal static void Uncharge(uint group, ulong bytes, uint end = 0)
    {
        for (uint level = group; level != end; level = ParentOf(level))
        {
            MemoryGroup.Of(level)->Usage.Add(0 - bytes);
        }
    }

    private static bool Refuse(uint level)
    {
        MemoryGroup.Of(level)->Failures.Add(1);
        return false;
    }

    private static bool TryAdd(uint level, ulong bytes)
    {
        MemoryGroup* group = MemoryGroup.Of(level);
        while (true)
        {
            ulong usage = group->Usage.Load();
            if (!Fits(usage, bytes, group->Limit.Load())) return false;
            if (!group->Usage.TryReplace(usage, usage + bytes)) continue;
            PageAllocator.RaiseTo(ref group->MaxUsage, usage + bytes);
            return true;
        }
    }

    private static bool HasRoom(uint level, ulong bytes)
    {
        MemoryGroup* group = MemoryGroup.Of(level);
        return Fits(group->Usage.Load(), bytes, group->Limit.Load());
    }

    private static bool Fits(ulong usage, ulong bytes, ulong limit) =>
        usage <= limit && bytes <= limit - usage;

    private static uint ParentOf(uint level) => (uint)MemoryGroup.Of(level)->Parent.Get();
}
