// SPDX-License-Identifier: MIT
// memalign's family. A power of two is always meant; who says something else gets what glibc gives him.

using NoLockAlloc.Machine;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

internal static unsafe class Aligned
{
    private const nuint PageBytes = 4096;
    private const int NoMemory = 12;
    private const int InvalidArgument = 22;

    /// <summary>aligned_alloc: EINVAL unless the alignment is a power of two. The size need not be a multiple
    /// of it.</summary>
    internal static nuint Alloc(nuint alignment, nuint size, ThreadState* self, ulong frame) =>
        IsPowerOfTwo(alignment) ? OrNoMemory(size, alignment, self, frame) : OsHeap.Invalid();

    /// <summary>memalign: the alignment is rounded up to a power of two.</summary>
    internal static nuint Memalign(nuint alignment, nuint size, ThreadState* self, ulong frame)
    {
        if (alignment > MallocSlow.Most + 1) return OsHeap.Invalid();
        nuint power = MallocSlow.Alignment;
        while (power < alignment) power <<= 1;
        return OrNoMemory(size, power, self, frame);
    }

    /// <summary>posix_memalign: an error number or 0; errno and, in an error, *result are as they
    /// were.</summary>
    internal static int PosixMemalign(
        nuint* result, nuint alignment, nuint size, ThreadState* self, ulong frame)
    {
        if (!IsPowerOfTwo(alignment) || alignment < (nuint)sizeof(void*)) return InvalidArgument;
        nuint address = MallocSlow.TryAlloc(size, alignment, self, frame, out _);
        if (address == 0) return NoMemory;
        *result = address;
        return 0;
    }

    internal static nuint Valloc(nuint size, ThreadState* self, ulong frame) =>
        OrNoMemory(size, PageBytes, self, frame);

    /// <summary>pvalloc: of whole pages, at least one.</summary>
    internal static nuint Pvalloc(nuint size, ThreadState* self, ulong frame)
    {
        nuint bytes = size == 0 ? PageBytes : (size + PageBytes - 1) & ~(PageBytes - 1);
        return bytes < size ? OsHeap.NoMemory() : OrNoMemory(bytes, PageBytes, self, frame);
    }

    internal static bool IsPowerOfTwo(nuint value) => value != 0 && (value & (value - 1)) == 0;

    private static nuint OrNoMemory(nuint size, nuint alignment, ThreadState* self, ulong frame)
    {
        nuint address = MallocSlow.TryAlloc(size, alignment, self, frame, out _);
        return address != 0 ? address : OsHeap.NoMemory();
    }
}
