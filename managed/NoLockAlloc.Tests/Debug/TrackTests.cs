// SPDX-License-Identifier: MIT

using System.Linq;
using NoLockAlloc.Debug;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Debug;

public sealed unsafe class TrackTests
{
    private const uint Most = 12;

    /// <summary>Frames of callers above the call's, each so many words further up.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(24)] // more than it takes; the stack ends above
    public void TheWalkFollowsFramePointers(int callers)
    {
        ulong[] found = Walk((frame, stack) =>
        {
            nuint at = (nuint)LocalLock.FrameAddress(frame) - 8;
            for (int i = 0; i < callers; i++)
            {
                *(ulong*)at = at + 64;
                at += 64;
                *(ulong*)at = 0;
                *(ulong*)(at + 8) = 0x700000UL + (ulong)i;
            }
        });
        int expected = callers + 1 < Most ? callers + 1 : (int)Most;
        Assert.Equal(expected, found.Length);
        Assert.Equal(Enumerable.Range(0, expected - 1).Select(i => 0x700000UL + (ulong)i), found.Skip(1));
    }

    [Theory]
    [InlineData(-64)]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1 << 20)]
    public void AChainThatDoesNotGoUpwardsEndsWithTheCaller(int distance)
    {
        ulong[] found = Walk((frame, _) =>
        {
            nuint at = (nuint)LocalLock.FrameAddress(frame) - 8;
            *(ulong*)at = (ulong)((long)at + distance);
        });
        Assert.Single(found);
        Assert.InRange(found[0], 0x400000UL, 0x4fffffUL);
    }

    [Fact]
    public void AFramePointerThatLeadsWhereNothingIsMappedEndsTheWalk()
    {
        ulong[] found = Walk((frame, stack) =>
        {
            nuint at = (nuint)LocalLock.FrameAddress(frame) - 8;
            *(ulong*)at = stack.End + 4096;
        });
        Assert.Single(found);
    }

    [Fact]
    public void TheSameStackHasTheSameHash()
    {
        using FreshWorld world = new();
        world.Thread.Run(frame =>
        {
            Track first, second;
            Track.Set(&first, new DebugCall(null, frame));
            Track.Set(&second, new DebugCall(null, frame));
            Assert.True(first.IsSet);
            Assert.Equal(first.Hash(), second.Hash());
            Track.Clear(&second);
            Assert.False(second.IsSet);
            return 0;
        });
    }

    private delegate void Prepare(ulong frame, FakeStack stack);

    private static ulong[] Walk(Prepare prepare)
    {
        using FreshWorld world = new();
        ulong[] found = null;
        world.Thread.Run(outer => world.Thread.Run(frame =>
        {
            prepare(frame, world.Thread.Stack);
            ulong* into = stackalloc ulong[(int)Most];
            uint count = StackWalk.Take(frame, into, Most);
            found = new System.ReadOnlySpan<ulong>(into, (int)count).ToArray();
            return 0;
        }));
        return found;
    }
}
