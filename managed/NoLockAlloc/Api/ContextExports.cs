// SPDX-License-Identifier: MIT
// The C ABI of include/nolockalloc/context.h, in its order.

using System.Runtime.InteropServices;
using DNNE;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

public static unsafe class ContextExports
{
    private const uint Nmi = 0;
    private const uint Hardirq = 1;

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_nmi_enter")]
    public static void NmiEnter() => TaskContext.Current->EnterNmi();

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_nmi_exit")]
    public static void NmiExit()
    {
        if (!TaskContext.Current->TryExitNmi()) Report.Once(Report.NotInInterrupt, Nmi);
    }

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_hardirq_enter")]
    public static void HardirqEnter() => TaskContext.Current->EnterHardirq();

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_hardirq_exit")]
    public static void HardirqExit()
    {
        if (!TaskContext.Current->TryExitHardirq()) Report.Once(Report.NotInInterrupt, Hardirq);
    }

    [UnmanagedCallersOnly(EntryPoint = "in_nmi")]
    [return: C99Type("int")]
    public static int InNmi() => TaskContext.Current->InNmi ? 1 : 0;

    [UnmanagedCallersOnly(EntryPoint = "in_hardirq")]
    [return: C99Type("int")]
    public static int InHardirq() => TaskContext.Current->InHardirq ? 1 : 0;
}
