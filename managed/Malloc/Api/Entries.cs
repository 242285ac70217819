// SPDX-License-Identifier: MIT
// The targets of the malloc library's entries (native/malloc/entries.inc), which add the two parameters
// that Slabs/FastPath.cs explains, and what native/ calls besides. One expression each. Contracts:
// docs/MALLOC.md.

using System.Runtime;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

internal static unsafe class Entries
{
    [RuntimeExport("nla_calloc")]
    private static nuint CallocEntry(nuint count, nuint size, ThreadState* self, ulong frame) =>
        Malloc.Calloc(count, size, self, frame);

    [RuntimeExport("nla_realloc")]
    private static nuint ReallocEntry(nuint address, nuint size, ThreadState* self, ulong frame) =>
        Realloc.To(address, size, self, frame);

    [RuntimeExport("nla_reallocarray")]
    private static nuint ReallocarrayEntry(
        nuint address, nuint count, nuint size, ThreadState* self, ulong frame) =>
        Realloc.ArrayTo(address, count, size, self, frame);

    [RuntimeExport("nla_aligned_alloc")]
    private static nuint AlignedAllocEntry(nuint alignment, nuint size, ThreadState* self, ulong frame) =>
        Aligned.Alloc(alignment, size, self, frame);

    [RuntimeExport("nla_memalign")]
    private static nuint MemalignEntry(nuint alignment, nuint size, ThreadState* self, ulong frame) =>
        Aligned.Memalign(alignment, size, self, frame);

    [RuntimeExport("nla_posix_memalign")]
    private static int PosixMemalignEntry(
        nuint* result, nuint alignment, nuint size, ThreadState* self, ulong frame) =>
        Aligned.PosixMemalign(result, alignment, size, self, frame);

    [RuntimeExport("nla_valloc")]
    private static nuint VallocEntry(nuint size, ThreadState* self, ulong frame) =>
        Aligned.Valloc(size, self, frame);

    [RuntimeExport("nla_pvalloc")]
    private static nuint PvallocEntry(nuint size, ThreadState* self, ulong frame) =>
        Aligned.Pvalloc(size, self, frame);

    [RuntimeExport("nla_malloc_usable_size")]
    private static nuint UsableSizeEntry(nuint address, ThreadState* self, ulong frame) =>
        MallocSlow.UsableSize(address, frame);

    [RuntimeExport("nla_malloc_trim")]
    private static int TrimEntry(nuint pad, ThreadState* self, ulong frame) => MallocSlow.Trim(self, frame);

    [RuntimeExport("nla_mallinfo2")]
    private static Mallinfo* MallinfoEntry(Mallinfo* result) => Mallinfo.Fill(result);

    [RuntimeExport("nla_malloc_stats")]
    private static void StatsEntry() => MallocStats.Write();

    [RuntimeExport("nla_mallopt")]
    private static int MalloptEntry(int parameter, int value) => 1;

    [RuntimeExport("nla_new")]
    private static nuint NewEntry(nuint size, ThreadState* self, ulong frame) =>
        Malloc.New(size, self, frame);

    /// <summary>For operator new where there was no object by the fast path. Neither sets errno.</summary>
    [RuntimeExport("nla_try_alloc")]
    private static nuint TryAllocEntry(nuint size, nuint alignment, ThreadState* self, ulong frame) =>
        MallocSlow.TryAlloc(size, alignment, self, frame, out _);

    /// <summary>The C half's exit hook of a thread.</summary>
    [RuntimeExport("nla_thread_exit")]
    private static void ThreadExit(void** slot, ulong frame) => ThreadBlocks.Exit(slot, frame);

    /// <summary>So that native/ can refuse to run with a boot block of another size.</summary>
    [RuntimeExport("nla_thread_block_bytes")]
    private static nuint ThreadBlockBytes() => ArenaLayout.ThreadBlockBytes;
}
