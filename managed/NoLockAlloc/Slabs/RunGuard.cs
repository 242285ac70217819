// SPDX-License-Identifier: MIT
// A journal for a call that moves runs: the thread's, if an interrupted call of the thread does not hold it,
// and else the one in the call's own frame.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class RunGuard
{
    /// <summary>self: the calling thread's block or null. inFrame: all zero. A call that is in here already
    /// must not come in again: it would be taken for abandoned.</summary>
    internal static RunJournal* Enter(ThreadState* self, RunJournal* inFrame, ulong frame)
    {
        for (int number = 0; self != null && number < ThreadState.RunJournals; number++)
        {
            RunJournal* journal = ThreadState.RunJournal(self, number);
            if (TryEnter(journal, frame)) return journal;
        }
        return inFrame;
    }

    internal static void Leave(RunJournal* journal) => journal->Lock.Free();

    /// <summary>Free the runs that abandoned calls of the thread had in hand.</summary>
    internal static void SettleAbandoned(ThreadState* self, ulong frame)
    {
        for (int number = 0; number < ThreadState.RunJournals; number++)
        {
            RunJournal* journal = ThreadState.RunJournal(self, number);
            if (journal->First != 0 && TryEnter(journal, frame)) Leave(journal);
        }
    }

    /// <summary>Nobody else uses the thread block's journals.</summary>
    internal static void SettleAll(ThreadState* self, ulong frame)
    {
        for (int number = 0; number < ThreadState.RunJournals; number++)
        {
            RunJournal* journal = ThreadState.RunJournal(self, number);
            journal->Lock.Take(frame);
            RunRecovery.Settle(journal);
            Leave(journal);
        }
    }

    private static bool TryEnter(RunJournal* journal, ulong frame)
    {
        if (!journal->Lock.TryTake(frame, out _)) return false;
        if (journal->First != 0) RunRecovery.Settle(journal);
        if (journal->First == 0) return true;
        Leave(journal);
        return false;
    }
}
