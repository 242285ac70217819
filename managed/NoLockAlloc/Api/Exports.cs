// SPDX-License-Identifier: MIT
// The C ABI, in the order of include/nolockalloc.h, and the entries that native/ calls. One expression each.
// Public, because DNNE looks at public methods only. The targets of the direct entries of kmalloc_nolock and
// kfree_nolock are in Kmalloc.
//
// An exported method has no trampoline before it: Os.Enter tells it its thread's slot and writes the caller's
// return address into a local, whose address then serves as the frame.

using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DNNE;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

public static unsafe class Exports
{
    internal const int InvalidArgument = -22;
    private const uint Version = 0 << 16 | 1 << 8 | 0;

    [C99DeclCode("#include <stddef.h>\n#include <stdint.h>\ntypedef unsigned int gfp_t;\n" +
        "struct nolockalloc_stats;")]
    [UnmanagedCallersOnly(EntryPoint = "kmalloc_nolock")]
    [return: C99Type("void *")]
    public static nuint KmallocNolock(
        [C99Type("size_t")] nuint size, [C99Type("gfp_t")] uint gfp, [C99Type("int")] int node)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        return Kmalloc.Alloc(size, gfp, node, self, FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kfree_nolock")]
    public static void KfreeNolock([C99Type("const void *")] void* address)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        Kmalloc.Free((nuint)address, self, FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "ksize")]
    [return: C99Type("size_t")]
    public static nuint Ksize([C99Type("const void *")] void* address)
    {
        ulong caller;
        Os.Enter(&caller);
        return KmallocSlow.SizeOf((nuint)address, FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kmalloc_size_roundup")]
    [return: C99Type("size_t")]
    public static nuint KmallocSizeRoundup([C99Type("size_t")] nuint size) =>
        size == 0 || size > KmallocLarge.MaximumSize ? size
        : size > KmemCache.MaximumSize ? KmallocLarge.RoundUp(size)
        : KmemCache.Of(KmemCache.BucketOf(size)).Size;

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_version")]
    [return: C99Type("uint32_t")]
    public static uint NolockallocVersion() => Version;

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_stats")]
    [return: C99Type("int")]
    public static int NolockallocStats([C99Type("struct nolockalloc_stats *")] void* stats) =>
        Stats.TryFill((Stats*)stats) ? 0 : InvalidArgument;

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_slabinfo")]
    [return: C99Type("int")]
    public static int NolockallocSlabinfo([C99Type("int")] int fd) => Slabinfo.Write(fd);

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_drain")]
    [return: C99Type("size_t")]
    public static nuint NolockallocDrain()
    {
        ulong caller;
        if (!Preemption.CanSpinTrylock) return 0;
        ThreadState* self = Current(&caller);
        return self == null ? 0 : Reclaim.Drain(self, FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_trim")]
    [return: C99Type("size_t")]
    public static nuint NolockallocTrim()
    {
        ulong caller;
        if (!Preemption.CanSpinTrylock) return 0;
        ThreadState* self = Current(&caller);
        return Reclaim.Trim(self, FrameOf(&caller));
    }

    /// <summary>The C half's exit hook of a thread.</summary>
    [RuntimeExport("nla_thread_exit")]
    private static void ThreadExit(void** slot, ulong frame) => ThreadBlocks.Exit(slot, frame);

    /// <summary>So that native/ can refuse to run with a boot block of another size.</summary>
    [RuntimeExport("nla_thread_block_bytes")]
    private static nuint ThreadBlockBytes() => Sizes.ThreadBlockBytes;

    /// <summary>Inlined, so that Os.Enter finds the exported method as its caller.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ThreadState* Current(ulong* caller) =>
        ThreadBlocks.Current((ThreadState*)Os.Enter(caller), FrameOf(caller));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong FrameOf(ulong* caller) => LocalLock.Frame((ulong)caller, *caller);
}
