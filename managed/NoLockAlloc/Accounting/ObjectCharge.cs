// SPDX-License-Identifier: MIT
// memcg_slab_post_alloc_hook and memcg_slab_free_hook (mm/slub.c): an object is charged to the group that is
// current where it is allocated, and keeps that group alive until it is freed.

using NoLockAlloc.Machine;
using NoLockAlloc.Words;

namespace NoLockAlloc.Accounting;

internal static unsafe class ObjectCharge
{
    /// <summary>A count of the group that an allocation with these flags is to be charged to; 0: none.
    /// </summary>
    internal static uint TryGetGroup(uint gfp)
    {
        if ((gfp & Gfp.Account) == 0) return 0;
        ulong handle = *Os.ActiveGroup();
        bool isCounted = handle != 0 && MemoryGroup.TryCount(handle, GroupWord.OneObject);
        return isCounted ? MemoryGroup.NumberOf(handle) : 0;
    }

    /// <summary>Charge an object to the group that was got for it. False: a limit refuses it. None refuses
    /// __GFP_HIGH, as in the kernel's try_charge_memcg: it goes over the limit.</summary>
    internal static bool TryCharge(uint group, ulong bytes, uint gfp)
    {
        if (group == 0 || Charge.TryCharge(group, bytes)) return true;
        if ((gfp & Gfp.High) == 0) return false;
        Charge.Force(group, bytes);
        return true;
    }

    /// <summary>The object is no longer charged, and no longer keeps its group alive.</summary>
    internal static void Uncharge(uint group, ulong bytes)
    {
        if (!MemoryGroup.IsNumber(group)) return;
        Charge.Uncharge(group, bytes);
        Forget(group);
    }

    /// <summary>Give up the group that was got for an object that was not charged.</summary>
    internal static void Forget(uint group)
    {
        if (group != 0) MemoryGroup.Drop(group, GroupWord.OneObject);
    }
}
