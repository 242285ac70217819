// SPDX-License-Identifier: MIT
// The C ABI of include/nolockalloc/json.h, in its order.

using System.Runtime.InteropServices;
using DNNE;

namespace NoLockAlloc.Api;

public static unsafe class JsonExports
{
    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_stats_json")]
    [return: C99Type("int")]
    public static int WriteStats([C99Type("int")] int fd) => StatsJson.Write(fd);

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_slabinfo_json")]
    [return: C99Type("int")]
    public static int WriteSlabinfo([C99Type("int")] int fd) => SlabinfoJson.Write(fd);

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_allocinfo_json")]
    [return: C99Type("int")]
    public static int WriteAllocinfo([C99Type("int")] int fd) => AllocinfoJson.Write(fd);
}
