// SPDX-License-Identifier: MIT
// lockdep (kernel/locking/lockdep.c) for the two locks that there are, in a build with NOLOCKALLOC_LOCKDEP.
// The kernel keeps a list of what a task holds; here the locks themselves say who holds them, call by call,
// so what a thread holds can be read off its block. Nobody waits for a lock, so what is looked for is not a
// deadlock that might be but a rule that was broken:
//   - a lock that a call still holds is taken by another, which makes a cycle from the lock to itself
//   - one call holds more than a cell and, in reclaim, the cell of another cache
//   - under a ClaimLock: another ClaimLock, or a cell of another block; without one: a visited block's cell
// The first breach in a process is reported in one line, with the cells held, in the order in which they
// were taken; "abort" makes it the end.
//
// STATE       LockStamp of a cell: when its lock was taken, by the arena's LockClock.
// WRITERS     the holder of the cell's lock.
// REENTRY     a handler between a lock and its stamp reads an older stamp, and reports in another order.
// CHECKED BY  LockChainTests; LockdepTest (native)

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class LockChain
{
    private const int OthersOfACall = 1;

    /// <summary>The call has just taken the cell's lock.</summary>
    internal static void Acquired(KmemCacheThread* cell, ulong frame)
    {
        if (!Lockdep.IsOn) return;
        cell->LockStamp.Set(Arena.Header->LockClock.Add(1) + 1);
        ulong owner = OwnerOf(cell);
        if (HasClaimed(frame, except: owner)) Report(cell, "is taken under another block's ClaimLock"u8);
        bool isOurs = ThreadState.Of(owner)->ClaimLock.See() == frame;
        if (!isOurs && IsVisited(owner)) Report(cell, "is taken without its block's ClaimLock"u8);
        if (CountOthers(cell, frame) > OthersOfACall) Report(cell, "is the third that one call holds"u8);
    }

    /// <summary>The call is about to free the cell's lock.</summary>
    internal static void Releasing(KmemCacheThread* cell, ulong frame)
    {
        if (!Lockdep.IsOn || cell->Lock.IsHeldBy(frame)) return;
        Report(cell, "was taken again while it was held"u8);
    }

    /// <summary>The call has just taken the block's ClaimLock.</summary>
    internal static void Claimed(ThreadState* self, ulong frame)
    {
        if (!Lockdep.IsOn || !HasClaimed(frame, except: self->Id)) return;
        Report(ThreadState.Cell(self, 1), "has its block claimed under another block's ClaimLock"u8);
    }

    /// <summary>Whether the call holds the ClaimLock of some block but that one.</summary>
    private static bool HasClaimed(ulong frame, ulong except)
    {
        ulong high = Arena.Header->HighThread.Load();
        for (ulong id = 1; id <= high; id++)
        {
            if (id != except && ThreadState.Of(id)->ClaimLock.See() == frame) return true;
        }
        return false;
    }

    /// <summary>Of the cell that is not prepared, too.</summary>
    private static ulong OwnerOf(KmemCacheThread* cell) =>
        ((nuint)cell - Arena.Header->ThreadBlocks) / ArenaLayout.ThreadBlockBytes + 1;

    private static bool IsVisited(ulong id) =>
        new ThreadWord(ThreadState.WordOf(id).Load()).Kind == ThreadWord.KindClaiming;

    private static int CountOthers(KmemCacheThread* cell, ulong frame)
    {
        int others = 0;
        ThreadState* block = ThreadState.Of(OwnerOf(cell));
        for (int bucket = 1; bucket <= KmemCache.Last; bucket = KmemCache.After(bucket))
        {
            KmemCacheThread* other = ThreadState.Cell(block, bucket);
            if (other != cell && other->Lock.IsHeldBy(frame)) others++;
        }
        return others;
    }

    private static void Report(KmemCacheThread* cell, System.ReadOnlySpan<byte> what)
    {
        if (!Pages.Report.TryBeFirst(Pages.Report.LockOrder)) return;
        Text line = new(2);
        line.Add("nolockalloc: lockdep: "u8);
        AddName(ref line, cell->Bucket);
        line.Add(" "u8);
        line.Add(what);
        line.Add("; thread block "u8);
        line.AddNumber(OwnerOf(cell));
        line.Add(" holds "u8);
        ulong last = 0;
        for (KmemCacheThread* held = Next(cell, ref last); held != null; held = Next(cell, ref last))
        {
            AddName(ref line, held->Bucket);
            line.Add(" -> "u8);
        }
        AddName(ref line, cell->Bucket);
        Pages.Report.Finish(ref line);
        Pages.Report.AbortIfWanted();
    }

    /// <summary>The cell of the block that was locked next after last, and is still.</summary>
    private static KmemCacheThread* Next(KmemCacheThread* cell, ref ulong last)
    {
        KmemCacheThread* next = null;
        ThreadState* block = ThreadState.Of(OwnerOf(cell));
        for (int bucket = 1; bucket <= KmemCache.Last; bucket = KmemCache.After(bucket))
        {
            KmemCacheThread* other = ThreadState.Cell(block, bucket);
            if (other->Lock.IsFree || other->LockStamp.Get() <= last) continue;
            if (next == null || other->LockStamp.Get() < next->LockStamp.Get()) next = other;
        }
        if (next != null) last = next->LockStamp.Get();
        return next;
    }

    private static void AddName(ref Text line, int bucket)
    {
        KmemCache cache = KmemCache.Of(bucket);
        line.Add(cache.IsBucket ? "kmalloc-"u8 : "cache "u8);
        line.AddNumber(cache.IsBucket ? cache.Size : (nuint)bucket);
    }
}
