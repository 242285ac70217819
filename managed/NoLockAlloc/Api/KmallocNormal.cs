// SPDX-License-Identifier: MIT
// kmalloc and kfree (mm/slub.c) where nothing is unusual: the fast paths of kmalloc_nolock and kfree_nolock,
// on the same cells. GFP_KERNEL asks for nothing that a fast path could not do; the rest is in
// KmallocNormalSlow.

using System.Runtime;
using System.Runtime.CompilerServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class KmallocNormal
{
    [RuntimeExport("nla_kmalloc")]
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

    [RuntimeExport("nla_kfree")]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Free(nuint address, ThreadState* self, ulong frame)
    {
        if (FastPath.HasBlock(address, self, out nuint arena, out nuint offset))
        {
            if (!FastPath.IsGuessed(address, arena, offset, self, out nuint guess, out nuint words))
            {
                if (FastPath.TryPush(address, words, self, frame)) return;
            }
            else if (FastPath.TryPush(address, guess, self, frame))
            {
                return;
            }
        }
        KmallocNormalSlow.Free(address, self, frame);
    }
}
