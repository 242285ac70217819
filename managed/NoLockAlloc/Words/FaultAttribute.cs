// SPDX-License-Identifier: MIT
// struct fault_attr (include/linux/fault-inject.h): which allocations are to fail on purpose.
//
// STATE       Interval, Probability: never change. Space, Times: what is left of them. Count: allocations
//             that were asked for. Seed: of the random numbers.
// WRITERS     anybody, by atomic additions and compare-exchange. Interval and Probability: who makes the
//             arena.
// TRANSITIONS in the kernel's order (should_fail, lib/fault-inject.c): no probability or no times left: none
//             fails; while the size fits into what is left of the space, that shrinks and none fails; of each
//             interval only the last may fail; then the dice are thrown.
// ORDER       none is needed: each word is by itself.
// INVARIANTS  at most Times allocations fail.
// REENTRY     a handler counts as one more allocation.
// CHECKED BY  FaultAttributeTests; Failslab (native)

using System.Runtime.InteropServices;

namespace NoLockAlloc.Words;

[StructLayout(LayoutKind.Explicit, Size = 48)]
internal struct FaultAttribute
{
    /// <summary>Times: without end.</summary>
    internal const ulong NoEnd = ~0UL;

    private const ulong Hundred = 100;

    /// <summary>2^64 divided by the golden ratio: an additive step that visits every word.</summary>
    private const ulong Step = 0x9e37_79b9_7f4a_7c15;

    [FieldOffset(0x00)] internal ulong Interval;
    [FieldOffset(0x08)] internal ulong Probability;
    [FieldOffset(0x10)] internal SharedWord Space;
    [FieldOffset(0x18)] internal SharedWord Times;
    [FieldOffset(0x20)] private SharedWord _count;
    [FieldOffset(0x28)] private SharedWord _seed;

    internal bool IsOn => Probability != 0;

    internal bool ShouldFail(ulong size)
    {
        if (!IsOn || Times.Load() == 0 || TryTakeSpace(size)) return false;
        if (Interval > 1 && (_count.Add(1) + 1) % Interval != 0) return false;
        if (Probability < Hundred && Mix(_seed.Add(Step) + Step) % Hundred >= Probability) return false;
        return TryTakeTime();
    }

    private bool TryTakeSpace(ulong size)
    {
        ulong left = Space.Load();
        while (left > size)
        {
            if (Space.TryReplace(left, left - size)) return true;
            left = Space.Load();
        }
        return false;
    }

    private bool TryTakeTime()
    {
        ulong left = Times.Load();
        while (left != 0)
        {
            if (left == NoEnd || Times.TryReplace(left, left - 1)) return true;
            left = Times.Load();
        }
        return false;
    }

    /// <summary>The finalizer of SplitMix64.</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ value >> 30) * 0xbf58_476d_1ce4_e5b9;
        value = (value ^ value >> 27) * 0x94d0_49bb_1331_11eb;
        return value ^ value >> 31;
    }
}
