// SPDX-License-Identifier: MIT
// preempt_count (include/linux/preempt.h), as far as a thread can have one: which interrupts it is in, by its
// handlers' own word; and whether a hook's callback is under way on it. Thread-local, since a thread is in a
// handler before it has a block and after it gave it up.
//
// STATE        63       32 31           0
//             | NMI depth | hard IRQ depth |      an NMI counts as a hard IRQ too, as in the kernel
//             HookLock: held while a callback runs (a LocalLock: it is known if the callback never returned)
// WRITERS     this thread and its handlers.
// TRANSITIONS enter adds one, exit takes one away; who exits what was not entered changes nothing.
// ORDER       program order. A handler that enters and exits in the middle of either leaves the word as it
//             found it.
// INVARIANTS  hard IRQ depth >= NMI depth.
// REENTRY     a handler that leaves by siglongjmp exits first, or the thread stays where it said it was.
// CHECKED BY  TaskContextTests; ContextTest (native)

using System.Runtime.InteropServices;
using NoLockAlloc.Machine;

namespace NoLockAlloc.Words;

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TaskContext
{
    private const ulong OneHardirq = 1;
    private const ulong OneNmi = 1UL << 32;

    private LocalWord _preemptCount;
    private LocalLock _hookLock;

    internal static TaskContext* Current => (TaskContext*)Os.Task();

    internal bool InNmi => NmiDepth != 0;

    internal bool InHardirq => HardirqDepth != 0;

    internal void EnterNmi() => Add(OneNmi + OneHardirq);

    internal void EnterHardirq() => Add(OneHardirq);

    /// <summary>False: the thread has said of no NMI that it is in it.</summary>
    internal bool TryExitNmi()
    {
        if (!InNmi) return false;
        Add(~(OneNmi + OneHardirq) + 1);
        return true;
    }

    /// <summary>False: it is in no hard IRQ but those that are NMIs.</summary>
    internal bool TryExitHardirq()
    {
        if (HardirqDepth <= NmiDepth) return false;
        Add(~OneHardirq + 1);
        return true;
    }

    /// <summary>False: a callback is under way, and no other is called meanwhile.</summary>
    internal bool TryEnterHook(ulong frame) => _hookLock.TryTake(frame, out _);

    internal void LeaveHook() => _hookLock.Free();

    private ulong NmiDepth => _preemptCount.Get() / OneNmi;

    private ulong HardirqDepth => (uint)_preemptCount.Get();

    private void Add(ulong value) => _preemptCount.Set(_preemptCount.Get() + value);
}
