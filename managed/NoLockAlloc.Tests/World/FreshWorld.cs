// SPDX-License-Identifier: MIT
// A process that has not used the allocator yet. All of the product's state hangs from one static word.

using System;
using System.Runtime.CompilerServices;
using NoLockAlloc.Api;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Tests.World;

internal sealed unsafe class FreshWorld : IDisposable
{
    internal const string Small = "arena=1m,threads=4";

    private uint _threads = 100;

    internal FreshWorld(string options = Small, uint nodes = 1)
    {
        Atomic.Hook = null;
        Hardening.IsOn = false;
        Lockdep.IsOn = false;
        Base(null).Store(0);
        Os.Fake = new FakeOs(options) { Nodes = nodes };
        Thread = NewThread();
    }

    internal static FakeOs Machine => Os.Fake;

    /// <summary>The first thread.</summary>
    internal FakeThread Thread { get; }

    /// <summary>A world with so many blocks of 64 KiB to give out, fewer than options allow.</summary>
    internal static FreshWorld WithBlocks(nuint blocks, nuint threads = 4, nuint nodes = 0)
    {
        FreshWorld world = new(null);
        Base(null).Store(ArenaLayout.TryReserve(blocks, new Options { Threads = threads, NodeCount = nodes }));
        return world;
    }

    internal FakeThread NewThread() => Machine.NewThread(++_threads);

    internal Stats Statistics()
    {
        byte* room = stackalloc byte[4096];
        Stats* stats = (Stats*)room;
        stats->Version = Stats.KnownVersion;
        if (!Stats.TryFill(stats)) throw new InvalidOperationException("No statistics.");
        return *stats;
    }

    internal BucketStats StatisticsOf(int bucket)
    {
        BucketStats of;
        SlabCounts counts;
        SlabCounts.Take(&counts);
        Stats.FillBucket(&of, bucket, SlabCounts.At(&counts, bucket));
        return of;
    }

    public void Dispose()
    {
        Atomic.Hook = null;
        Hardening.IsOn = false;
        Lockdep.IsOn = false;
        Base(null).Store(0);
        Machine.Dispose();
        Os.Fake = null;
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "s_base")]
    private static extern ref SharedWord Base(
        [UnsafeAccessorType("NoLockAlloc.Pages.Arena, NoLockAlloc.Tests")] object arena);
}
