// SPDX-License-Identifier: MIT
// What the options preempt_rt and slub_tiny change, in the kernel's words (CONFIG_PREEMPT_RT,
// CONFIG_SLUB_TINY). Without them the answers are the same in every context.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class Preemption
{
    /// <summary>can_spin_trylock (mm/internal.h): with PREEMPT_RT locks belong to the task, and what calls
    /// itself an NMI or a hard IRQ is none. The same question on every route to a lock.</summary>
    internal static bool CanSpinTrylock =>
        !Arena.Ensure() || !Arena.Header->IsPreemptRt || !TaskContext.Current->InHardirq;

    /// <summary>Whether a free leaves the object to irq_work, whatever state the cell is in: with SLUB_TINY
    /// kfree_nolock always does.</summary>
    internal static bool DefersFrees(bool isNolock) =>
        (Arena.Header->IsSlubTiny && isNolock) || !CanSpinTrylock;

    /// <summary>Whether frees are ever left to irq_work.</summary>
    internal static bool HasIrqWork => Arena.Header->IsSlubTiny || Arena.Header->IsPreemptRt;

    /// <summary>irq_work runs when the interrupt that queued it is over.</summary>
    internal static bool RunsIrqWork => !TaskContext.Current->InHardirq;

    /// <summary>ThreadBlocks.Current; but whoever may not take locks claims no block either.</summary>
    internal static ThreadState* Current(ThreadState* self, ulong frame) =>
        self->Id == 0 && !CanSpinTrylock ? null : ThreadBlocks.Current(self, frame);
}
