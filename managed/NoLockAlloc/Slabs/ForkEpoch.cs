// SPDX-License-Identifier: MIT
// A forked child has one thread; the blocks of the parent's others are nobody's. A page that the OS wipes in
// a child tells without a system call that there was a fork, also one by _Fork() or a bare clone().
//
// STATE       ArenaHeader.ForkStamp: 0 in a new child, else the number of forks that lie behind the process,
//             from 1. ThreadWord.Stamp and ThreadState.Stamp: the stamp at the owner's last look.
// WRITERS     whoever finds 0, by compare-exchange; Forks counts up first.
// INVARIANTS  a live thread whose block has an old stamp is the one that forked: all others with an old
//             stamp are gone. It alone frees their blocks, and renews its own stamp last.
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

    /// <summary>The calling thread has forked and is in the child: free what the other threads had.</summary>
    internal static void Adopt(ThreadState* self)
    {
        ulong stamp = Current();
        ulong high = Arena.Header->HighThread.Load();
        for (ulong id = 1; id <= high; id++)
        {
            ThreadWord word = new(ThreadState.WordOf(id).Load());
            if (id == self->Id || !word.IsOwned || word.Stamp == stamp) continue;
            ThreadState.WordOf(id).TryReplace(word.Value, word.To(ThreadWord.KindFree).Value);
        }
        ThreadWord own = ThreadWord.Make(ThreadWord.KindLive, Os.ThreadNumber(), stamp);
        ThreadState.WordOf(self->Id).Store(own.Value);
        self->Stamp.Set(stamp);
    }

    private static ulong Renew()
    {
        ulong next = Arena.Header->Forks.Add(1) + 1;
        Arena.Header->ForkStamp->TryReplace(0, next);
        return Arena.Header->ForkStamp->Load();
    }
}
