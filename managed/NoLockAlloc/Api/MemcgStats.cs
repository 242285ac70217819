// SPDX-License-Identifier: MIT
// struct nolockalloc_memcg_stats of include/nolockalloc/memcg.h, field for field, and how it is filled.

using System.Runtime.InteropServices;
using NoLockAlloc.Accounting;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MemcgStats
{
    internal const uint KnownVersion = 1;

    internal uint Version;
    internal uint Holders;
    internal ulong Limit;
    internal ulong Usage;
    internal ulong MaxUsage;
    internal ulong Failures;
    internal ulong Objects;

    /// <summary>False: the version is not known, or the group has ended.</summary>
    internal static bool TryFill(MemcgStats* stats, ulong handle)
    {
        if (stats == null || stats->Version != KnownVersion || !MemoryGroup.IsLive(handle)) return false;
        MemoryGroup* group = MemoryGroup.Of(MemoryGroup.NumberOf(handle));
        GroupWord state = new(group->State.Load());
        stats->Holders = (uint)state.Holders;
        stats->Objects = state.Objects;
        stats->Limit = group->Limit.Load();
        stats->Usage = group->Usage.Load();
        stats->MaxUsage = group->MaxUsage.Load();
        stats->Failures = group->Failures.Load();
        return MemoryGroup.IsLive(handle);
    }
}
