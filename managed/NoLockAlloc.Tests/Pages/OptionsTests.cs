// SPDX-License-Identifier: MIT

using System.Runtime.InteropServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Pages;

public sealed unsafe class OptionsTests
{
    private const ulong Default = 1UL << 36;
    private const ulong AllThreads = 16384;

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(",")]
    [InlineData(",,,")]
    public void NothingSaidIsTheDefault(string text) => Check(text, Default, AllThreads, false, 0);

    [Theory]
    [InlineData(1UL << 20, "arena=0", "arena=1", "arena=1023k")]
    [InlineData(2UL << 20, "arena=2m", "arena=2048k", "arena=0002m")]
    [InlineData(3UL << 20, "arena=3m")]
    [InlineData(4UL << 20, "arena=4194304", "arena=4194305", "arena=4259839")]
    [InlineData((4UL << 20) + 65536, "arena=4259840")]
    [InlineData(5UL << 30, "arena=5g")]
    [InlineData(1UL << 40, "arena=1024g", "arena=4096g")]
    public void ASizeIsRoundedDownToBlocksAndKeptWithinItsLimits(ulong bytes, params string[] texts) =>
        Assert.All(texts, text => Check(text, bytes, AllThreads, false, 0));

    [Theory]
    [InlineData(1UL, "threads=1", "threads=0")]
    [InlineData(4UL, "threads=4")]
    [InlineData(AllThreads, "threads=16384", "threads=16385", "threads=1000000")]
    public void ANumberOfThreadsIsKeptWithinItsLimits(ulong threads, params string[] texts) =>
        Assert.All(texts, text => Check(text, Default, threads, false, 0));

    [Theory]
    [InlineData(0UL, "")]
    [InlineData(1UL, "nodes=1", "nodes=0")]
    [InlineData(2UL, "nodes=2", "abort,nodes=2,threads=4", "nodes=3,nodes=2")]
    [InlineData(16UL, "nodes=16", "nodes=17", "nodes=1g")]
    public void ANumberOfNodesIsKeptWithinItsLimits(ulong nodes, params string[] texts)
    {
        foreach (string text in texts)
        {
            byte* bytes = (byte*)Marshal.StringToCoTaskMemUTF8(text);
            Options options = Options.Read(bytes);
            Marshal.FreeCoTaskMem((nint)bytes);
            Assert.Equal(((nuint)nodes, (nuint)0), (options.NodeCount, options.Unknown));
        }
    }

    [Theory]
    [InlineData("abort")]
    [InlineData(",abort,")]
    [InlineData("abort,abort")]
    public void AbortIsAWord(string text) => Check(text, Default, AllThreads, true, 0);

    [Theory]
    [InlineData("abort,arena=2m,threads=9")]
    [InlineData("threads=9,arena=2m,abort")]
    [InlineData("threads=8,threads=9,arena=9m,arena=2m,,abort")]
    public void WordsComeInAnyOrderAndTheLastOneCounts(string text) => Check(text, 2UL << 20, 9, true, 0);

    [Theory]
    [InlineData("x", 1)]
    [InlineData("aborts", 1)]
    [InlineData("abor", 1)]
    [InlineData("Abort", 1)]
    [InlineData(" abort", 1)]
    [InlineData("arena", 1)]
    [InlineData("arena=", 1)]
    [InlineData("arena=m", 1)]
    [InlineData("arena=1q", 1)]
    [InlineData("arena=1mm", 1)]
    [InlineData("arena=-1", 1)]
    [InlineData("arena=0x100000", 1)]
    [InlineData("threads=", 1)]
    [InlineData("threads=four", 1)]
    [InlineData("threads= 4", 1)]
    [InlineData("x,y,z", 3)]
    [InlineData("x,,y,", 2)]
    public void WordsThatAreNotKnownAreCountedAndSkipped(string text, int unknown)
    {
        Check(text, Default, AllThreads, false, unknown);
        Check(text + ",arena=2m,abort,threads=3", 2UL << 20, 3, true, unknown);
        Check("arena=2m,abort,threads=3," + text, 2UL << 20, 3, true, unknown);
    }

    [Fact]
    public void WordsThatAreNotKnownAreReportedOnceInTheProcess()
    {
        using FreshWorld world = new("arena=1m,nonsense,threads=4,foo");
        for (int i = 0; i < 3; i++) world.Thread.Alloc(8);
        Assert.Equal(
            "nolockalloc: words of NOLOCKALLOC_OPTIONS that are not known: 0x2\n", FreshWorld.Machine.Output);
        Assert.Equal(1UL, world.Statistics().Reports);
        Assert.Equal(1UL << 20, world.Statistics().ArenaBytes);
        Assert.Equal(4UL, world.Statistics().ThreadBlocks);
    }

    private static void Check(string text, ulong bytes, ulong threads, bool aborts, int unknown)
    {
        byte* bytesOfText = (byte*)Marshal.StringToCoTaskMemUTF8(text);
        Options options = Options.Read(bytesOfText);
        Marshal.FreeCoTaskMem((nint)bytesOfText);
        Assert.Equal(
            ((nuint)bytes, (nuint)threads, aborts, (nuint)unknown),
            (options.ArenaBytes, options.Threads, options.Abort, options.Unknown));
    }
}
