// SPDX-License-Identifier: MIT
// A forked child has one thread; the blocks of the parent's others are nobody's. A page that the OS wipes in
// a child tells without a system call that there was a fork, also one by _Fork() or a bare clone().
//
// STATE       ArenaHeader.ForkStamp: 0 in a new child, else the number of forks that lie behind the process,
//             from 1. ThreadWord.Stamp and ThreadState.Stamp: the stamp at the owner's last look.
// WRITERS     whoever finds 0, by compare-exchange; Forks counts up first.
// INVARIANTS  a live thread whose block has an old stamp is the one that forked: all others with an old
//             stamp are gone. It alone frees their blocks, and renews its own stamp last. If it had no
//             block, it does so when it claims one; it is the thread with the process's number.
// REENTRY     each step may be repeated.
// CHECKED BY  ForkTest (native)

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class ForkEpoch
{
    internal static ulong Current()
    {
        if (Arena.Header->ForksByNumber) return Os.ProcessNumber();
        ulong stamp = Arena.Header->ForkStamp->Load();
        return stamp != 0 ? stamp : Renew();
    }

    /// <summary>The calling thread has forked and is in the child, with the block it had or one it has just
    /// claimed: free what the other threads had.</summary>
    internal static void Adopt(ThreadState* self, ulong frame)
    {
        ulong stamp = Current();
        FreeOld(self->Id, stamp, frame);
        ThreadWord own = ThreadWord.Make(ThreadWord.KindLive, Os.ThreadNumber(), stamp);
        ThreadState.WordOf(self->Id).Store(own.Value);
        self->Stamp.Set(stamp);
    }

    /// <summary>The stamp of a block that the calling thread claims now: of an earlier time, for which it has
    /// yet to adopt, if it is a child's first thread. It may have had no block when it forked; and a call
    /// that is abandoned between the claim and the end of Adopt leaves it to the next.</summary>
    internal static ulong OfClaim(ulong stamp) =>
        stamp > 1 && Os.ThreadNumber() == Os.ProcessNumber() ? 0 : stamp;

    private static void FreeOld(ulong except, ulong stamp, ulong frame)
    {
        ulong high = Arena.Header->HighThread.Load();
        for (ulong id = 1; id <= high; id++)
        {
            if (id != except) FreeIfOld(id, stamp, frame);
        }
    }

    /// <summary>Not a block whose claim this thread interrupted in order to fork: that goes on, here too. It
    /// cannot be told from another thread's claim, which does not; Reap frees that one when its stack has
    /// been used for something else. Whether it is free now by this call.</summary>
    internal static bool FreeIfOld(ulong id, ulong stamp, ulong frame)
    {
        ref SharedWord cell = ref ThreadState.WordOf(id);
        ThreadWord word = new(cell.Load());
        while (word.IsOwned && word.Stamp != stamp)
        {
            bool isClaiming = word.Kind == ThreadWord.KindClaiming;
            if (isClaiming && ClaimLock.IsHeld(ThreadState.Of(id)->ClaimLock.See(), frame)) return false;
            if (cell.TryReplace(word.Value, word.To(ThreadWord.KindFree).Value)) return true;
            word = new ThreadWord(cell.Load());
        }
        return false;
    }

    private static ulong Renew()
    {
        ulong next = Arena.Header->Forks.Add(1) + 1;
        ref SharedWord stamp = ref *Arena.Header->ForkStamp;
        while (stamp.Load() == 0 && !stamp.TryReplace(0, next))
        {
        }
        return stamp.Load();
    }
}
