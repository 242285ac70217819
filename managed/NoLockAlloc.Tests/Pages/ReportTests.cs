// SPDX-License-Identifier: MIT

using NoLockAlloc.Pages;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Pages;

public sealed class ReportTests
{
    [Theory]
    [InlineData(Report.NotOurs, "is no object of kmalloc_nolock()")]
    [InlineData(Report.NotStart, "is not the start of an object")]
    [InlineData(Report.IsFree, "is free already")]
    public void ABadPointerIsOneLineWithThePointerAndTheCaller(int what, string says)
    {
        using FreshWorld world = new();
        Assert.True(Arena.Ensure());
        Report.Bad(what, 0x12ab0, 0x401234);
        Report.Bad(what, 0xf0, 0);
        Assert.Equal(
            $"nolockalloc: 0x12ab0 {says}, called from 0x401234\n" +
            $"nolockalloc: 0xf0 {says}, seen in a deferred free\n",
            FreshWorld.Machine.Output);
        Assert.Equal(2UL, world.Statistics().Reports);
    }

    [Fact]
    public void ABadPointerBeforeFirstUseIsReportedAndCounted()
    {
        using FreshWorld world = new();
        Report.Bad(Report.NotOurs, 0x10, 0x20);
        Assert.EndsWith("called from 0x20\n", FreshWorld.Machine.Output);
        Assert.Equal(1UL, world.Statistics().Reports);
    }

    [Fact]
    public void ABadPointerIsReportedAlsoWhereThereIsNoMemory()
    {
        using FreshWorld world = new();
        FreshWorld.Machine.Memory.Limit = 0;
        Report.Bad(Report.NotOurs, 0x10, 0x20);
        Assert.EndsWith("called from 0x20\n", FreshWorld.Machine.Output);
    }

    [Fact]
    public void WithAbortABadPointerBeforeFirstUseEndsTheProcess()
    {
        using FreshWorld world = new("arena=1m,threads=4,abort");
        Assert.Throws<ProcessAborted>(() => Report.Bad(Report.NotOurs, 0x10, 0x20));
    }

    [Fact]
    public void BadArgumentsAreReportedOnceAKind()
    {
        using FreshWorld world = new();
        for (int i = 0; i < 3; i++)
        {
            Report.Once(Report.GfpBits, 0xcc0);
            Report.Once(Report.Node, 7);
        }
        Assert.Equal(
            "nolockalloc: kmalloc_nolock() ignores gfp flags 0xcc0\n" +
            "nolockalloc: kmalloc_nolock() has no node 0x7\n",
            FreshWorld.Machine.Output);
        Assert.Equal(2UL, world.Statistics().Reports);
    }

    [Fact]
    public void WithAbortTheProcessEndsAfterTheLine()
    {
        using FreshWorld world = new("arena=1m,threads=4,abort");
        Assert.True(Arena.Ensure());
        Assert.Throws<ProcessAborted>(() => Report.Bad(Report.IsFree, 0x20, 0x30));
        Assert.Equal("nolockalloc: 0x20 is free already, called from 0x30\n", FreshWorld.Machine.Output);
        Assert.Throws<ProcessAborted>(() => Report.Once(Report.Node, 7));
    }
}
