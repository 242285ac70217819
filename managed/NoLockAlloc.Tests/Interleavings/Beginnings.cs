// SPDX-License-Identifier: MIT
// What the pieces begin with.

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;
using static NoLockAlloc.Tests.Interleavings.Acts;

namespace NoLockAlloc.Tests.Interleavings;

internal static unsafe class Beginnings
{
    internal static void TwoThreads(Scene s)
    {
        s.Claim(s.Thread);
        s.Claim(s.Other);
    }

    /// <summary>A slab of nobody with half its objects.</summary>
    internal static void ListedSlab(Scene s) => TakeMany(s, (int)s.Cache.Objects / 2);

    /// <summary>A slab that is still listed though it has nothing.</summary>
    internal static void ListedSlabIsFull(Scene s) => TakeMany(s, (int)s.Cache.Objects);

    internal static void OneObjectIsOut(Scene s) => TakeMany(s, 1);

    internal static void EmptySlab(Scene s)
    {
        OneObjectIsOut(s);
        GiveBack(s, s.Thread);
    }

    internal static void DirtyBlock(Scene s)
    {
        EmptySlab(s);
        Release(s, s.Thread);
        Assert.True(Arena.StateOf(Arena.Header->First).IsDirty);
    }

    /// <summary>The thread's array is empty and its slab is, too.</summary>
    internal static void OwnSlabIsFull(Scene s)
    {
        TwoThreads(s);
        s.AllocMany(s.Thread, (int)s.Cache.Objects);
        Assert.Equal(0, s.Head);
    }

    internal static void OwnSlabHasOneOut(Scene s)
    {
        OwnSlabIsFull(s);
        for (nuint i = 1; i < s.Cache.Objects; i++) GiveBack(s, s.Other);
    }

    internal static void FullArray(Scene s)
    {
        TwoThreads(s);
        Fill(s, s.Thread);
        Assert.Equal(s.Capacity, s.Head);
    }

    internal static void TwoFullArrays(Scene s)
    {
        FullArray(s);
        Fill(s, s.Other);
    }

    /// <summary>A batch in the barn, and both arrays are empty.</summary>
    internal static void FullPlace(Scene s)
    {
        TwoThreads(s);
        FillPlace(s);
    }

    internal static void FullArrayAndPlace(Scene s)
    {
        FullArray(s);
        FillPlace(s);
    }

    internal static void EndedThread(Scene s)
    {
        FakeThread ended = s.World.NewThread();
        s.Claim(ended);
        ended.Exit();
        ended.IsGone = true;
    }

    internal static void GoneThread(Scene s)
    {
        FakeThread gone = s.World.NewThread();
        s.Claim(gone);
        gone.IsGone = true;
    }

    private static void Fill(Scene s, FakeThread thread)
    {
        s.AllocMany(thread, s.Capacity + 1);
        while (HeadOf(s, thread) < s.Capacity) FreeLast(s, thread);
    }

    private static void FillPlace(Scene s)
    {
        Fill(s, s.Other);
        FreeLast(s, s.Other);
        s.AllocMany(s.Other, HeadOf(s, s.Other));
        BarnSlot slot = new(Barn.Place(s.Cache.Bucket, 0).Load());
        Assert.Equal(BarnSlot.KindFull, slot.Kind);
    }

    private static int HeadOf(Scene s, FakeThread thread) => (int)thread.CellFor(s.Size)->Head.Get();

    private static void TakeMany(Scene s, int objects)
    {
        TwoThreads(s);
        for (int i = 0; i < objects; i++) Take(s, s.Thread);
    }
}
