// SPDX-License-Identifier: MIT
// realloc and reallocarray.

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

internal static unsafe class Realloc
{
    /// <summary>Objects of so few bytes are not worth a move to a smaller one.</summary>
    private const nuint AlwaysKept = 64;

    /// <summary>As glibc: of NULL it is malloc, to 0 bytes it is free. An object stays where it is if it is
    /// large enough and at least half of it is wanted.</summary>
    internal static nuint To(nuint address, nuint size, ThreadState* self, ulong frame)
    {
        if (address == 0) return MallocSlow.Alloc(size, self, frame);
        if (size == 0)
        {
            Malloc.Free(address, self, frame);
            return 0;
        }
        nuint old = MallocSlow.SizeOf(address);
        if (old == 0)
        {
            MallocSlow.ReportBad(address, frame);
            return OsHeap.Invalid();
        }
        if (size <= old && (size > old / 2 || old <= AlwaysKept)) return address;
        if (old > Sizes.Maximum && size > Sizes.Maximum)
        {
            nuint resized = Large.Resize(address, size, self, frame);
            if (resized != 0) return resized;
        }
        return Moved(address, old, size, self, frame);
    }

    internal static nuint ArrayTo(
        nuint address, nuint count, nuint size, ThreadState* self, ulong frame) =>
        MallocSlow.Overflows(count, size)
            ? OsHeap.NoMemory() : To(address, count * size, self, frame);

    /// <summary>Where there is no memory, an object that was to become smaller stays as it is. One that grows
    /// beyond the buckets gets a place where it can go on growing: what does so once often does so again.
    /// </summary>
    private static nuint Moved(nuint address, nuint old, nuint size, ThreadState* self, ulong frame)
    {
        nuint moved = size > old && size > Sizes.Maximum ? Large.TakeWithRoom(size, self, frame) : 0;
        if (moved == 0 && !Malloc.TryAlloc(size, self, frame, out moved))
        {
            moved = MallocSlow.TryAlloc(size, MallocSlow.Alignment, self, frame, out _);
        }
        if (moved == 0) return size <= old ? address : OsHeap.NoMemory();
        OsHeap.Copy((void*)moved, (void*)address, size < old ? size : old);
        Malloc.Free(address, self, frame);
        return moved;
    }
}
