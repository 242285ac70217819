// SPDX-License-Identifier: MIT
// kmalloc and kfree (mm/slub.c) where nothing is unusual: the fast paths of kmalloc_nolock and kfree_nolock,
// on the same cells. GFP_KERNEL asks for nothing that a fast path could not do; the rest is in
// KmallocNormalSlow.

using System.Runtime.CompilerServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class KmallocNormal
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nuint Alloc(nuint size, uint gfp, ThreadState* self, ulong frame)
    {
        nuint last = size - 1;
        if (Hardening.IsOn || last >= self->NormalMaximum || (gfp & Gfp.Unusual) != 0)
        {
            return KmallocNormalSlow.Alloc(size, gfp, self, frame);
        }
        return FastPath.TryPop(last, self, frame, out nuint address)
            ? address : KmallocNormalSlow.Alloc(size, gfp, self, frame);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Free(nuint address, ThreadState* self, ulong frame)
    {
        if (FastPath.IsLast(address, self))
        {
            if (FastPath.TryPushLast(address, self, frame)) return;
        }
        else if (FastPath.TryPush(address, self, frame))
        {
            return;
        }
        KmallocNormalSlow.Free(address, self, frame);
    }
}
