// SPDX-License-Identifier: MIT
// Creation and destruction of caches, abandoned before each access to memory. B7: a creation that fails half way
// undoes what it never did.

using System;
using System.Collections.Generic;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Tests.Words;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class CacheLifeAbandonmentTests
{
    private const int All = Sizes.LastCreated - Sizes.FirstCreated + 1;

    public enum GoOn
    {
        TheThread,
        ANewThreadAfterItsEnd,
        ANewThreadAfterItIsGone,
    }

    [Theory]
    [InlineData(GoOn.TheThread)]
    [InlineData(GoOn.ANewThreadAfterItsEnd)]
    [InlineData(GoOn.ANewThreadAfterItIsGone)]
    public void B7AnAbandonedCreationLosesAtMostTheCacheInHand(GoOn how) => RunAt.AtEachAccess(at =>
    {
        using FreshWorld world = new("arena=1m,threads=4");
        world.Thread.Free(world.Thread.Alloc(8));
        bool isAbandoned = AbandonAt(at, () => world.Thread.Create("lost", 40, flags: SlabFlags.NoMerge));
        FakeThread thread = Next(world, how);
        Assert.InRange(CacheLifeTests.CreateAll(thread).Count, All - 1, All);
        return isAbandoned;
    });

    [Theory]
    [InlineData(GoOn.TheThread)]
    [InlineData(GoOn.ANewThreadAfterItsEnd)]
    [InlineData(GoOn.ANewThreadAfterItIsGone)]
    public void AnAbandonedDestructionIsFinishedByOthers(GoOn how) => RunAt.AtEachAccess(step =>
    {
        int at = Matrix.FirstOf((int)how) + step * Matrix.Stride;
        using FreshWorld world = new("arena=1m,threads=4");
        CacheDescriptor* cache = world.Thread.Create("dead", 40, flags: SlabFlags.NoMerge);
        for (int i = 0; i < 3; i++) world.Thread.Free(cache, world.Thread.Alloc(cache));
        UseTwin(world.Thread, cache);
        bool isAbandoned = AbandonAt(at, () => world.Thread.Destroy(cache));
        if (CacheDescriptor.StateOf(CacheDescriptor.NumberOf(cache)).IsLive) world.Thread.Destroy(cache);
        FakeThread thread = Next(world, how);
        List<nint> all = CacheLifeTests.CreateAll(thread);
        Assert.True(All == all.Count, $"{all.Count} at access {at}");
        foreach (nint one in all) thread.Destroy((CacheDescriptor*)one);
        thread.Trim();
        Assert.Equal(0UL, world.Statistics().SlabBytes);
        return isAbandoned;
    });

    [Fact]
    public void AHandlerCreatesWhileACreationIsInterrupted() => RunAt.AtEachAccess(at =>
    {
        using FreshWorld world = new("arena=1m,threads=4");
        world.Thread.Free(world.Thread.Alloc(8));
        CacheDescriptor* inner = null;
        CacheDescriptor* outer = null;
        bool isReached = RunAt.Access(
            at,
            () => inner = world.Thread.Create("inner", 48, flags: SlabFlags.NoMerge),
            () => outer = world.Thread.Create("outer", 40, flags: SlabFlags.NoMerge));
        Assert.True(outer != null && outer != inner && (inner != null || !isReached));
        Assert.Equal(40U, outer->Size);
        Assert.True(inner == null || inner->Size == 48);
        return isReached;
    });

    private static void UseTwin(FakeThread thread, CacheDescriptor* of)
    {
        KmemCache twin = KmemCache.Of(CacheTwin.Of(CacheDescriptor.NumberOf(of)));
        thread.Run(frame =>
        {
            nuint address = SlabAlloc.Take(thread.Block, twin.Bucket, 0, frame);
            Assert.True(SlabFree.TryFree(thread.Block, twin, address, frame));
            return 0;
        });
    }

    private static FakeThread Next(FreshWorld world, GoOn how)
    {
        if (how == GoOn.TheThread) return world.Thread;
        if (how == GoOn.ANewThreadAfterItsEnd) world.Thread.Exit();
        world.Thread.IsGone = true;
        return world.NewThread();
    }

    private static bool AbandonAt(int at, Action act)
    {
        try
        {
            return RunAt.Access(at, () => throw new Abandoned(), act);
        }
        catch (Abandoned)
        {
            return true;
        }
    }

    private sealed class Abandoned : Exception;
}
