// SPDX-License-Identifier: MIT
// What must be true afterwards, whatever was interrupted or abandoned: everything works, nothing was handed
// out twice, nothing is lost but the objects that calls had in hand.

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Abandonment;

internal static unsafe class Aftermath
{
    /// <summary>thread goes on; lost: how many objects may be missing.</summary>
    internal static void Check(Scene s, FakeThread thread, int lost)
    {
        Ledger ledger = s.Ledger;
        CheckThreads();
        IEnumerable<FakeThread> running = FreshWorld.Machine.Threads.Where(one => !one.IsGone);
        foreach (FakeThread other in running.Where(other => other != thread))
        {
            other.Exit();
        }
        for (int i = 0; i < 3; i++)
        {
            nuint address = ledger.Alloc(thread, s.Size);
            if (address != 0) ledger.Free(thread, address);
        }
        Assert.NotEqual(0UL, thread.Id);
        ledger.FillUp(thread, s.Size);
        if (OnlyOneBucket(s)) Expect.InRange(ledger.Live.Count, Objects(s) - lost, Objects(s));
        ledger.FreeAll(thread);
        CheckEmpty(thread, lost);

        int gone = CountLostBlocks();
        for (nuint node = 0; gone == 0 && node < Nodes.Count; node++)
        {
            Assert.NotEqual(PageRuns.None, ledger.TakeRun(thread, s.Blocks / Nodes.Count));
        }
        ledger.FreeAll(thread);
        int found = ledger.FillUp(thread, KmemCache.MaximumSize);
        int most = (int)s.Blocks * 8;
        Expect.InRange(found, most - gone * 8, most);
        ledger.FreeAll(thread);
        CheckEmpty(thread, lost);
        Assert.Equal("", FreshWorld.Machine.Output);
    }

    /// <summary>Every thread that has a block owns it.</summary>
    private static void CheckThreads()
    {
        foreach (FakeThread thread in FreshWorld.Machine.Threads.Where(thread => !thread.IsGone))
        {
            if (thread.Id == 0) continue;
            ThreadWord word = new(ThreadState.WordOf(thread.Id).Load());
            Expect.Equal(ThreadWord.KindLive, word.Kind);
            Expect.Equal(thread.Number, word.Thread);
        }
    }

    private static void CheckEmpty(FakeThread thread, int lost)
    {
        thread.Trim();
        Expect.InRange(Ledger.CountOut(), 0, lost);
        int slabsAndRuns = 0;
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++)
        {
            BlockState state = Arena.StateOf(block);
            Assert.True(state.Kind is BlockState.KindSlab or BlockState.KindFree or BlockState.KindRunHead);
            Assert.True(state.Owner == 0 || state.IsRunHead);
            Assert.False(state.IsFree && state.IsDirty);
            if (!state.IsFree) slabsAndRuns++;
            block += RunContents.PartsAfter(block);
        }
        Expect.InRange(slabsAndRuns, 0, lost);
        for (int number = 0; number < ThreadState.RunJournals; number++)
        {
            Expect.Equal(0, ThreadState.RunJournal(thread.Block, number)->First);
        }
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++)
        {
            for (nuint i = 0; i < Barn.Places; i++)
            {
                Expect.Equal(BarnSlot.KindEmpty, new BarnSlot(Barn.Place(bucket, i).Load()).Kind);
            }
        }
    }

    private static int CountLostBlocks()
    {
        int lost = 0;
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++)
        {
            if (!Arena.StateOf(block).IsFree) lost++;
        }
        return lost;
    }

    private static bool OnlyOneBucket(Scene s)
    {
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++)
        {
            if (!Arena.StateOf(block).IsSlabOf(s.Cache.Cell)) return false;
        }
        return true;
    }

    private static int Objects(Scene s) => (int)(s.Blocks * s.Cache.Objects);
}
