// SPDX-License-Identifier: MIT
// Wrong ways with runs of blocks.

using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Words;

namespace NoLockAlloc.Tests.Interleavings.Controls;

internal static unsafe class WrongRuns
{
    /// <summary>Another may have taken a block between the look and the store.</summary>
    internal static void TakeRunByStore(Scene s) => s.Thread.Run(_ =>
    {
        nuint first = Arena.Header->Blocks - 2;
        BlockState head = Arena.StateOf(first);
        BlockState part = Arena.StateOf(first + 1);
        if (!head.IsFree || !part.IsFree) return 0;
        Arena.State(first).Store(head.ToRunMoving(1, 0).ToRunHead(2).Value);
        Arena.State(first + 1).Store(part.ToRunPart(1, 0).Value);
        PageAllocator.FreeMap.Remove(first, 2);
        PageAllocator.RaiseTo(ref Arena.Header->HighBlock, first + 2);
        s.Ledger.EnterRun(first, 2);
        return 0;
    });

    /// <summary>Both of two calls may find the run.</summary>
    internal static void FreeRunByStore(Scene s) => s.Thread.Run(_ =>
    {
        nuint first = Arena.Header->Blocks - 2;
        BlockState head = Arena.StateOf(first);
        if (!head.IsRunHead) return 0;
        Arena.State(first).Store(head.ToRunMoving(1, 0).Value);
        PageAllocator.Free(first + 1, dirty: true);
        PageAllocator.Free(first, dirty: true);
        s.Ledger.ForgetRun(first);
        return 0;
    });

    /// <summary>A handler takes the call for an abandoned one, and frees its run.</summary>
    internal static void FreeRunWithoutLock(Scene s) => s.Thread.Run(_ =>
    {
        s.Ledger.ForgetRun(ActsOfRuns.Higher);
        return PageRuns.TryFree(ActsOfRuns.Higher, ThreadState.RunJournal(s.Thread.Block, 0)) ? 1u : 0;
    });

    /// <summary>The call that the handler interrupts goes on with what the handler wrote down.</summary>
    internal static void TakeRunByTheSameJournal(Scene s) => s.Thread.Run(_ =>
    {
        nuint first = PageRuns.Take(1, 1, ThreadState.RunJournal(s.Thread.Block, 0), out bool _);
        if (first != PageRuns.None) s.Ledger.EnterRun(first, 1);
        return 0;
    });

    /// <summary>The block may be free again after it was found not to be.</summary>
    internal static void DropHintWithoutALook(Scene s) => s.Thread.Run(_ =>
    {
        nuint block = Arena.Header->Blocks - 1;
        if (!Arena.StateOf(block).IsFree) PageAllocator.FreeMap.Remove(block);
        return 0;
    });

    /// <summary>Another call may have cut the run meanwhile: its head's state is not looked at.</summary>
    internal static void FreePartsOfAnAbandonedShrinkage(Scene s) => s.Thread.Run(_ =>
    {
        nuint end = s.Ledger.LiveRuns.Keys.First() + 1;
        if (Arena.StateOf(end).Kind != BlockState.KindRunPart) return 0;
        PageAllocator.Free(end + 1, dirty: true);
        PageAllocator.Free(end, dirty: true);
        return 0;
    });
}
