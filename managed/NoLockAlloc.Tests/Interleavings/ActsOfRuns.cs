// SPDX-License-Identifier: MIT
// The parts of the pieces about runs of blocks.

using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Interleavings;

internal static unsafe class ActsOfRuns
{
    /// <summary>Threads with blocks, a used run of so many blocks at the arena's end, and nothing else.
    /// </summary>
    internal static void RunOf(Scene s, nuint blocks)
    {
        Beginnings.TwoThreads(s);
        Take(s, s.Thread, blocks);
    }

    /// <summary>Free blocks that may be other than zero.</summary>
    internal static void DirtyBlocks(Scene s)
    {
        RunOf(s, s.Blocks);
        Free(s, s.Thread);
    }

    /// <summary>There is room for it at every moment.</summary>
    internal static void Take(Scene s, FakeThread thread, nuint blocks) =>
        Assert.NotEqual(PageRuns.None, s.Ledger.TryTakeRun(thread, blocks));

    internal static void TakeIfAny(Scene s, FakeThread thread, nuint blocks) =>
        s.Ledger.TryTakeRun(thread, blocks);

    /// <summary>There is room for it at every moment.</summary>
    internal static void TakeAndFree(Scene s, FakeThread thread, nuint blocks)
    {
        nuint first = s.Ledger.TryTakeRun(thread, blocks);
        Assert.NotEqual(PageRuns.None, first);
        s.Ledger.FreeRun(thread, first);
    }

    internal static void Free(Scene s, FakeThread thread) => s.Ledger.FreeRun(thread, First(s));

    internal static void GrowIfRoom(Scene s, FakeThread thread, nuint blocks) =>
        s.Ledger.TryGrowRun(thread, First(s), blocks);

    internal static void Shrink(Scene s, FakeThread thread, nuint blocks) =>
        s.Ledger.ShrinkRun(thread, First(s), blocks);

    /// <summary>Of a run of three at the arena's end, whatever others take meanwhile.</summary>
    internal static void CutToOne(Scene s) => s.Ledger.ShrinkRun(s.Thread, Arena.Header->Blocks - 3, 1);

    internal static void ShrinkAndFree(Scene s, FakeThread thread)
    {
        Shrink(s, thread, 1);
        Free(s, thread);
    }

    /// <summary>The program frees the same run twice. One call says so.</summary>
    internal static void FreeTwice(Scene s, FakeThread thread)
    {
        nuint first = Arena.Header->Blocks - 2;
        bool isFreed = thread.Run(frame => Runs.TryFree(thread.Block, first, frame) ? 1u : 0) != 0;
        if (isFreed) s.Ledger.ForgetRun(first);
    }

    /// <summary>The program frees what it grows or cuts at the same time. Whoever comes first has it.</summary>
    internal static void GrowWhatIsFreed(Scene s, FakeThread thread) => thread.Run(frame =>
        Runs.TryGrow(thread.Block, Arena.Header->First, 3, frame, out _) ? 1u : 0);

    internal static void ShrinkWhatIsFreed(Scene s, FakeThread thread) => thread.Run(frame =>
        Runs.TryShrink(thread.Block, Arena.Header->First, 1, frame) ? 1u : 0);

    /// <summary>A run of two blocks with room above.</summary>
    internal static void RunWithRoom(Scene s)
    {
        RunOf(s, s.Blocks - 2);
        nuint above = First(s);
        Take(s, s.Thread, 2);
        s.Ledger.FreeRun(s.Thread, above);
        Assert.Equal(Arena.Header->First, First(s));
    }

    /// <summary>Two used runs of two blocks at the arena's end: Higher and Lower.</summary>
    internal static void TwoRuns(Scene s)
    {
        RunOf(s, 2);
        Take(s, s.Thread, 2);
        Assert.Equal([Lower, Higher], s.Ledger.LiveRuns.Keys);
    }

    internal static nuint Higher => Arena.Header->Blocks - 2;

    internal static nuint Lower => Higher - 2;

    internal static nuint First(Scene s) => s.Ledger.LiveRuns.Keys.First();
}
