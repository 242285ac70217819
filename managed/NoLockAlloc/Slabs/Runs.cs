// SPDX-License-Identifier: MIT
// alloc_pages_nolock and free_pages_nolock above a slab's order, as far as the blocks go: runs for whoever
// has a thread block or none, in any context.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class Runs
{
    /// <summary>PageRuns.Take. self may be null. None: there is no such run even after all that is idle has
    /// been given back.</summary>
    internal static nuint Take(
        ThreadState* self, nuint blocks, nuint align, ulong frame, out bool isZero, int wish = Nodes.Any)
    {
        nuint first = TakeOnce(self, blocks, align, frame, out isZero, wish);
        if (first != PageRuns.None) return first;
        Reclaim.Everything(self, null, frame);
        return TakeOnce(self, blocks, align, frame, out isZero, wish);
    }

    /// <summary>PageRuns.TryFree.</summary>
    internal static bool TryFree(ThreadState* self, nuint first, ulong frame)
    {
        RunJournal inFrame = default;
        RunJournal* journal = RunGuard.Enter(self, &inFrame, frame);
        bool isFreed = PageRuns.TryFree(first, journal);
        RunGuard.Leave(journal);
        return isFreed;
    }

    /// <summary>PageRuns.TryGrow.</summary>
    internal static bool TryGrow(
        ThreadState* self, nuint first, nuint blocks, ulong frame, out bool isZero)
    {
        RunJournal inFrame = default;
        RunJournal* journal = RunGuard.Enter(self, &inFrame, frame);
        bool isLonger = PageRuns.TryGrow(first, blocks, journal, out isZero);
        RunGuard.Leave(journal);
        return isLonger;
    }

    /// <summary>PageRuns.TryShrink.</summary>
    internal static bool TryShrink(ThreadState* self, nuint first, nuint blocks, ulong frame)
    {
        RunJournal inFrame = default;
        RunJournal* journal = RunGuard.Enter(self, &inFrame, frame);
        bool isShorter = PageRuns.TryShrink(first, blocks, journal);
        RunGuard.Leave(journal);
        return isShorter;
    }

    /// <summary>The same of what is free now.</summary>
    internal static nuint TakeOnce(
        ThreadState* self, nuint blocks, nuint align, ulong frame, out bool isZero, int wish = Nodes.Any)
    {
        RunJournal inFrame = default;
        RunJournal* journal = RunGuard.Enter(self, &inFrame, frame);
        nuint node = Nodes.Preferred(wish);
        nuint first = PageRuns.Take(blocks, align, journal, out isZero, node);
        for (nuint left = Nodes.Candidates(wish) - 1; first == PageRuns.None && left != 0; left--)
        {
            node = Nodes.Following(node);
            first = PageRuns.Take(blocks, align, journal, out isZero, node);
        }
        RunGuard.Leave(journal);
        return first;
    }
}
