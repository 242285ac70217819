// SPDX-License-Identifier: MIT
// malloc, free and operator new where nothing is unusual (Slabs/FastPath.cs); the rest is in MallocSlow.

using System.Runtime;
using System.Runtime.CompilerServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

internal static unsafe class Malloc
{
    [RuntimeExport("nla_malloc")]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nuint Alloc(nuint size, ThreadState* self, ulong frame)
    {
        if (IsUnusual(size)) return MallocSlow.Alloc(size, self, frame);
        return FastPath.TryPop(size - 1, self, frame, out nuint address)
            ? address : MallocSlow.Alloc(size, self, frame);
    }

    /// <summary>The fast path alone. False: not by this way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryAlloc(nuint size, ThreadState* self, ulong frame, out nuint address)
    {
        address = 0;
        return !IsUnusual(size) && FastPath.TryPop(size - 1, self, frame, out address);
    }

    [RuntimeExport("nla_free")]
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
        MallocSlow.Free(address, self, frame);
    }

    /// <summary>operator new: differs from malloc in what happens when there is no memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nuint New(nuint size, ThreadState* self, ulong frame)
    {
        if (IsUnusual(size)) return OsHeap.NewSlow(size, self, frame);
        return FastPath.TryPop(size - 1, self, frame, out nuint address)
            ? address : OsHeap.NewSlow(size, self, frame);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nuint Calloc(nuint count, nuint size, ThreadState* self, ulong frame)
    {
        nuint bytes = count * size;
        if ((count | size) >> 32 != 0 || IsUnusual(bytes)) return MallocSlow.Calloc(count, size, self, frame);
        return FastPath.TryPop(bytes - 1, self, frame, out nuint address)
            ? (nuint)Os.Fill((void*)address, 0, bytes) : MallocSlow.Calloc(count, size, self, frame);
    }

    /// <summary>Too large for a bucket, or 0, of which one less is more than any size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsUnusual(nuint size) => Hardening.IsOn || size - 1 >= Sizes.Maximum;
}
