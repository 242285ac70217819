// SPDX-License-Identifier: MIT

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Pages;

public sealed unsafe class ArenaTests
{
    [Fact]
    public void FirstUseMakesTheArenaAndLaterUsesFindIt()
    {
        using FreshWorld world = new();
        Assert.Equal((nuint)0, Arena.Base);
        Assert.False(Arena.Contains(0x10000));
        Assert.True(Arena.Ensure());
        nuint at = Arena.Base;
        Assert.True(Arena.Ensure());
        Assert.Equal(at, Arena.Base);
        Assert.Equal(1, FreshWorld.Machine.Memory.Reservations);
        Assert.Equal((nuint)0, at % Arena.BlockBytes);
    }

    [Theory]
    [InlineData("arena=1m,threads=1", 16, 1)]
    [InlineData("arena=1m,threads=16384", 16, 16384)]
    [InlineData("arena=8257536,threads=3", 126, 3)]
    [InlineData("arena=1g,threads=100", 16384, 100)]
    public void TheArenaGivesOutWhatTheOptionsSay(string options, int blocks, int threads)
    {
        using FreshWorld world = new(options);
        Assert.True(Arena.Ensure());
        Assert.Equal((nuint)blocks, Arena.Header->Blocks - Arena.Header->First);
        Assert.Equal((nuint)threads, Arena.Header->Threads);
        Assert.Equal(FreshWorld.Machine.Memory.Reserved[Arena.Base], Arena.LimitBytes);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(40)]
    [InlineData(24)]
    [InlineData(16)]
    public void AReservationThatIsRefusedIsTriedForHalfAsMuch(int megabytes)
    {
        using FreshWorld world = new("arena=64m,threads=4");
        FakeMemory memory = FreshWorld.Machine.Memory;
        memory.Limit = (nuint)megabytes << 20;
        Assert.True(Arena.Ensure());
        ulong bytes = world.Statistics().ArenaBytes;
        Assert.Equal((64UL << 20) >> (memory.Reservations - 1), bytes);
        Assert.InRange(Arena.LimitBytes, bytes, memory.Limit);
        Assert.True(memory.Reservations > 1 && bytes >= Arena.MinimumBytes);
        Assert.Single(memory.Reserved);
    }

    [Fact]
    public void OfTheSmallestArenaThatIsRefusedFewerThreadsAreTried()
    {
        using FreshWorld world = new("arena=1m,threads=16384");
        FreshWorld.Machine.Memory.Limit = (nuint)100 << 20;
        Assert.True(Arena.Ensure());
        Assert.Equal((nuint)16, Arena.Header->Blocks - Arena.Header->First);
        Assert.InRange(Arena.Header->Threads, 2u, 1024u);
        Assert.NotEqual((nuint)0, world.Thread.Alloc(64));
    }

    [Fact]
    public void WhereAllIsRefusedTheAnswerIsNullAndTheNextCallTriesAgain()
    {
        using FreshWorld world = new();
        FreshWorld.Machine.Memory.Limit = 0;
        Assert.False(Arena.Ensure());
        Assert.Equal((nuint)0, Arena.Base);
        Assert.Equal((nuint)0, world.Thread.Alloc(64));
        Assert.Equal(0UL, world.Thread.Id);
        Assert.Empty(FreshWorld.Machine.Memory.Reserved);
        FreshWorld.Machine.Memory.Limit = nuint.MaxValue;
        Assert.NotEqual((nuint)0, world.Thread.Alloc(64));
    }

    [Fact]
    public void WhoeverComesSecondGivesHisReservationBack()
    {
        using FreshWorld world = new();
        Atomic.Hook = new SecondComer();
        Assert.True(Arena.Ensure());
        Assert.Equal(2, FreshWorld.Machine.Memory.Reservations);
        Assert.True(Assert.Single(FreshWorld.Machine.Memory.Reserved).Key == Arena.Base);
    }

    [Fact]
    public void TheArenaContainsTheBlocksThatItGivesOut()
    {
        using FreshWorld world = new();
        Assert.True(Arena.Ensure());
        nuint first = Arena.AddressOf(Arena.Header->First);
        nuint end = Arena.Base + Arena.LimitBytes;
        nuint[] around = [0, 16, Arena.Base - 1, Arena.Base, first - 1, end, nuint.MaxValue];
        foreach (nuint outside in around)
        {
            Assert.False(Arena.Contains(outside));
        }
        foreach (nuint inside in new[] { first, first + 1, end - 1 }) Assert.True(Arena.Contains(inside));
    }

    [Fact]
    public void ABlockIsEveryAddressOfIt()
    {
        using FreshWorld world = new();
        Assert.True(Arena.Ensure());
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++)
        {
            nuint at = Arena.AddressOf(block);
            Assert.Equal(Arena.Base + block * 65536, at);
            Assert.Equal(block, Arena.BlockOf(at));
            Assert.Equal(block, Arena.BlockOf(at + 65535));
        }
    }

    /// <summary>Another thread makes the arena just before this one could publish its own.</summary>
    private sealed class SecondComer : AccessHook
    {
        internal override void Before(Access access, nuint address)
        {
            if (access != Access.Replace || FreshWorld.Machine.Memory.Reservations != 1) return;
            Atomic.Hook = null;
            Assert.True(Arena.Ensure());
        }
    }
}
