// SPDX-License-Identifier: MIT
// The C ABI of include/nolockalloc/memcg.h, in its order. One expression each. A handle is a number, to C an
// incomplete type's pointer.

using System.Runtime.InteropServices;
using DNNE;
using NoLockAlloc.Accounting;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

public static unsafe class MemcgExports
{
    private const int InvalidArgument = -22;

    [C99DeclCode("struct nolockalloc_memcg;\nstruct nolockalloc_memcg_stats;")]
    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_memcg_create")]
    [return: C99Type("struct nolockalloc_memcg *")]
    public static ulong Create(
        [C99Type("struct nolockalloc_memcg *")] ulong parent, [C99Type("uint64_t")] ulong limit) =>
        MemoryGroup.Create(parent, limit);

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_memcg_get")]
    [return: C99Type("int")]
    public static int Get([C99Type("struct nolockalloc_memcg *")] ulong group) =>
        MemoryGroup.TryCount(group, GroupWord.OneHolder) ? 0 : InvalidArgument;

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_memcg_put")]
    public static void Put([C99Type("struct nolockalloc_memcg *")] ulong group)
    {
        ulong caller;
        Os.Enter(&caller);
        if (group != 0 && !MemoryGroup.TryPut(group)) Report.Bad(Report.NotGroup, (nuint)group, caller);
    }

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_memcg_set_active")]
    [return: C99Type("struct nolockalloc_memcg *")]
    public static ulong SetActive([C99Type("struct nolockalloc_memcg *")] ulong group)
    {
        ulong* active = Os.ActiveGroup();
        ulong before = *active;
        *active = group;
        return before;
    }

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_memcg_active")]
    [return: C99Type("struct nolockalloc_memcg *")]
    public static ulong Active() => *Os.ActiveGroup();

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_memcg_from_obj")]
    [return: C99Type("struct nolockalloc_memcg *")]
    public static ulong FromObject([C99Type("const void *")] void* address) =>
        Tracking.GroupOf(KmallocTracked.EntryOf((nuint)address));

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_memcg_set_limit")]
    [return: C99Type("int")]
    public static int SetLimit(
        [C99Type("struct nolockalloc_memcg *")] ulong group, [C99Type("uint64_t")] ulong limit) =>
        MemoryGroup.TrySetLimit(group, limit) ? 0 : InvalidArgument;

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_memcg_stats")]
    [return: C99Type("int")]
    public static int GetStats([C99Type("struct nolockalloc_memcg *")] ulong group,
        [C99Type("struct nolockalloc_memcg_stats *")] void* stats) =>
        MemcgStats.TryFill((MemcgStats*)stats, group) ? 0 : InvalidArgument;
}
