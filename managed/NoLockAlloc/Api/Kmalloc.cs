// SPDX-License-Identifier: MIT
// kmalloc_nolock and kfree_nolock (mm/slub.c) where nothing is unusual (Slabs/FastPath.cs); the rest is in
// KmallocSlow.

using System.Runtime;
using System.Runtime.CompilerServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

internal static unsafe class Kmalloc
{
    internal const nuint ZeroSizePtr = 16;
    internal const int AnyNode = -1;

    /// <summary>The fast path of an allocation: any node, no flags, and an object in the thread's array.
    /// </summary>
    [RuntimeExport("nla_kmalloc_nolock")]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nuint Alloc(
        nuint size, uint gfp, int node, ThreadState* self, ulong frame)
    {
        nuint last = size - 1;
        if (Hardening.IsOn || last >= KmemCache.MaximumSize || (gfp | (uint)(node - AnyNode)) != 0)
        {
            return KmallocSlow.Alloc(size, gfp, node, self, frame);
        }
        return FastPath.TryPop(last, self, frame, out nuint address)
            ? address : KmallocSlow.Alloc(size, gfp, node, self, frame);
    }

    /// <summary>The fast path of a free: the start of an object, and room in the thread's array.</summary>
    [RuntimeExport("nla_kfree_nolock")]
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
        KmallocSlow.Free(address, self, frame);
    }
}
