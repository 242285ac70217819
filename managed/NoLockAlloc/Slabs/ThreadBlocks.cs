// SPDX-License-Identifier: MIT
// Birth and death of threads as the allocator sees them. Words/ThreadWord.cs has the protocol.

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class ThreadBlocks
{
    /// <summary>Blocks with a number up to this keep their arrays when their thread ends, warm for the next
    /// thread, which takes the lowest free number; the others are emptied. With several nodes all are: the
    /// next thread may run elsewhere.</summary>
    private const ulong WarmBlocks = 16;

    /// <summary>The calling thread's block, claimed if it has none. Null: it has to do without, because all
    /// are taken or because it was interrupted while claiming one.</summary>
    internal static ThreadState* Current(ThreadState* self, ulong frame)
    {
        if (self->Id == 0) self = Arena.Ensure() ? Claim(Os.Slot(), frame) : null;
        if (self == null) return null;
        if (self->Stamp.Get() != ForkEpoch.Current()) ForkEpoch.Adopt(self, frame);
        if (self->SeenDeaths.Get() != Arena.Header->CacheDeaths.Load()) DyingCaches.Empty(self, frame);
        if (self->IsWatched.Get() == 0 && Os.WatchThreadExit() != 0) self->IsWatched.Set(1);
        return self;
    }

    /// <summary>The thread ends. Called by the C half, in the thread, once no more of it will run but other
    /// exit hooks and handlers; these are served again, by a block that is claimed anew.</summary>
    internal static void Exit(void** slot, ulong frame)
    {
        ThreadState* self = (ThreadState*)*slot;
        if (self->Id == 0) return;
        ulong id = self->Id;
        ref SharedWord cell = ref ThreadState.WordOf(id);
        ThreadWord word = new(cell.Load());
        IrqWork.RunAll(self, frame);
        if (id > WarmBlocks || !Nodes.AreOne) Reclaim.Flush(self, null, frame);
        self->IsWatched.Set(0);
        ThreadWord exiting = word.To(ThreadWord.KindExiting);
        if (!cell.TryReplace(word.Value, exiting.Value)) return;
        *slot = Os.BootThread();
        cell.TryReplace(exiting.Value, exiting.To(ThreadWord.KindFree).Value);
    }

    /// <summary>Claim a block that was owned once and that nobody owns for a visit: its cells are settled and
    /// the caller alone may use them, until Leave. Null: there is no such thing to visit.</summary>
    internal static ThreadState* TryVisit(ulong id, ulong frame)
    {
        bool isUnused = new ThreadWord(ThreadState.WordOf(id).Load()).Kind == ThreadWord.KindUnused;
        return isUnused ? null : TryVisitAny(id, frame);
    }

    /// <summary>Visit some block, one that was never used and at last a spare one among them. Null: all are
    /// owned, and all spare ones visited.</summary>
    internal static ThreadState* VisitAny(ulong frame)
    {
        ulong last = Arena.Header->Threads + ArenaLayout.SpareThreads;
        for (ulong id = 1; id <= last; id++)
        {
            ThreadState* visited = TryVisitAny(id, frame);
            if (visited != null) return visited;
        }
        return null;
    }

    /// <summary>End of a visit.</summary>
    internal static void Leave(ThreadState* visited)
    {
        ref SharedWord cell = ref ThreadState.WordOf(visited->Id);
        ThreadWord word = new(cell.Load());
        visited->ClaimLock.Release();
        cell.TryReplace(word.Value, word.To(ThreadWord.KindFree).Value);
    }

    /// <summary>Free the blocks of threads that ended without a word (SYS_exit). The OS is not asked for a
    /// block from before a fork: its number means another process's thread, and the thread that forked may
    /// yet come for it.</summary>
    internal static bool Reap(ulong frame)
    {
        ulong stamp = ForkEpoch.Current();
        ulong high = Arena.Header->HighThread.Load();
        bool found = false;
        for (ulong id = 1; id <= high; id++)
        {
            ThreadWord word = new(ThreadState.WordOf(id).Load());
            if (word.Kind == ThreadWord.KindClaiming) found |= ForkEpoch.FreeIfOld(id, stamp, frame);
            if (!word.IsOwned || word.Stamp != stamp) continue;
            if (Os.ThreadIsGone(word.Thread) == 0) continue;
            found |= ThreadState.WordOf(id).TryReplace(
                word.Value, word.To(ThreadWord.KindFree).Value);
        }
        return found;
    }

    /// <summary>The highest block that a thread ever owned, or more.</summary>
    internal static ulong HighOwnable()
    {
        ulong high = Arena.Header->HighThread.Load();
        return high < Arena.Header->Threads ? high : Arena.Header->Threads;
    }

    private static ThreadState* TryVisitAny(ulong id, ulong frame)
    {
        ThreadWord word = new(ThreadState.WordOf(id).Load());
        bool isOwn = word.Kind == ThreadWord.KindClaiming &&
            word.IsOwnedBy(Os.ThreadNumber(), ForkEpoch.Current());
        return word.IsOwned && !isOwn ? null : TryOwn(id, word, Os.ThreadNumber(), frame);
    }

    private static ThreadState* Claim(void** slot, ulong frame)
    {
        uint thread = Os.ThreadNumber();
        ulong high = HighOwnable();
        Arena.Header->ClaimsSinceReap.Add(1);
        for (ulong id = 1; id <= high; id++)
        {
            ThreadWord word = new(ThreadState.WordOf(id).Load());
            if (!word.IsOwnedBy(thread, ForkEpoch.Current())) continue;
            if (word.Kind == ThreadWord.KindLive) return Install(slot, ThreadState.Of(id));
            if (word.Kind == ThreadWord.KindClaiming) return ClaimAt(id, word, thread, slot, frame);
        }
        if (IsTimeToReap(high)) Reap(frame);
        ThreadState* self = ClaimFree(thread, slot, frame);
        if (self != null || (ThreadState*)*slot != Os.BootThread()) return (ThreadState*)*slot;
        return ClaimUnused(thread, slot, frame);
    }

    /// <summary>A search asks the OS for each block's thread, and is made once in a quarter as many claims,
    /// also while there are free blocks: so a claim costs a few questions, a quarter of the blocks stays free
    /// for threads that claim while another searches, and there are a third more blocks than threads lived at
    /// a time, and a few.</summary>
    private static bool IsTimeToReap(ulong high)
    {
        ref SharedWord claims = ref Arena.Header->ClaimsSinceReap;
        if (claims.Load() < high / 4) return false;
        claims.Store(0);
        return true;
    }

    private static ThreadState* ClaimFree(uint thread, void** slot, ulong frame)
    {
        ulong high = HighOwnable();
        for (ulong id = 1; id <= high; id++)
        {
            ThreadWord word = new(ThreadState.WordOf(id).Load());
            if (word.Kind != ThreadWord.KindFree) continue;
            ThreadState* self = ClaimAt(id, word, thread, slot, frame);
            if (self != null) return self;
        }
        return null;
    }

    private static ThreadState* ClaimUnused(uint thread, void** slot, ulong frame)
    {
        for (ulong id = 1; id <= Arena.Header->Threads; id++)
        {
            ThreadWord word = new(ThreadState.WordOf(id).Load());
            if (word.IsOwned) continue;
            ThreadState* self = ClaimAt(id, word, thread, slot, frame);
            if (self != null) return self;
        }
        return null;
    }

    /// <summary>Own the block, and make it the thread's. A handler may have interrupted us and claimed
    /// another: then that is ours, and this one is left free.</summary>
    private static ThreadState* ClaimAt(
        ulong id, ThreadWord word, uint thread, void** slot, ulong frame)
    {
        ThreadState* self = TryOwn(id, word, thread, frame);
        if (self == null) return null;
        ref SharedWord cell = ref ThreadState.WordOf(id);
        if ((ThreadState*)*slot != Os.BootThread())
        {
            Leave(self);
            return (ThreadState*)*slot;
        }
        cell.Store(new ThreadWord(cell.Load()).To(ThreadWord.KindLive).Value);
        self->ClaimLock.Release();
        return Install(slot, self);
    }

    /// <summary>Own the block if its word is still this one, and settle it. Null: another was faster, or a
    /// call that we interrupted is at it, or a handler that interrupted us has been in the block, whoever
    /// may own it by now. What is left Claiming by this thread then, the thread's next visit takes.
    /// </summary>
    private static ThreadState* TryOwn(ulong id, ThreadWord word, uint thread, ulong frame)
    {
        ThreadState* self = ThreadState.Of(id);
        ulong seen = self->ClaimLock.See();
        if (word.IsOwned && ClaimLock.IsHeld(seen, frame)) return null;
        ThreadWord claiming = ThreadWord.Make(ThreadWord.KindClaiming, thread, ForkEpoch.Current());
        PageAllocator.RaiseTo(ref Arena.Header->HighThread, id);
        if (!ThreadState.WordOf(id).TryReplace(word.Value, claiming.Value)) return null;
        if (!self->ClaimLock.TryTake(seen, frame)) return null;
        if (ThreadState.WordOf(id).Load() != claiming.Value)
        {
            self->ClaimLock.Release(); // a handler has forked, and its process has freed the block
            return null;
        }
        Hooks.At(Hooks.Claim);
        ThreadState.Prepare(self, id);
        LockChain.Claimed(self, frame);
        ThreadState.Settle(self, frame);
        self->Stamp.Set(ForkEpoch.OfClaim(claiming.Stamp));
        self->IsWatched.Set(0);
        self->LastObject.Set(0);
        self->LastCell.Set(0);
        return self;
    }

    private static ThreadState* Install(void** slot, ThreadState* self)
    {
        *slot = self;
        return self;
    }
}
