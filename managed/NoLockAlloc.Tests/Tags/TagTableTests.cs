// SPDX-License-Identifier: MIT

using System.Linq;
using NoLockAlloc.Api;
using NoLockAlloc.Pages;
using NoLockAlloc.Tags;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Tags;

public sealed unsafe class TagTableTests
{
    [Fact]
    public void AnObjectIsCountedAtItsCallSiteUntilItIsFreed()
    {
        using AccountedWorld world = new();
        using CallSite site = new("a.c", 12, "f", CallSite.NewModule());
        nuint first = site.Alloc(world.Thread, 100);
        nuint second = site.Alloc(world.Thread, 1);
        Assert.Equal((136UL, 2UL), site.Counts());
        world.Thread.Free(first);
        Assert.Equal((8UL, 1UL), site.Counts());
        world.Thread.Free(second);
        Assert.Equal((0UL, 0UL), site.Counts());
    }

    [Fact]
    public void AnObjectMayHaveAGroupAndACallSite()
    {
        using AccountedWorld world = new();
        using CallSite site = new("a.c", 12, "f", CallSite.NewModule());
        nuint both = site.Alloc(world.Thread, 64, Gfp.Account);
        Assert.Equal((64UL, 1UL, 64UL), (site.Counts().Bytes, site.Counts().Calls, world.Usage));
        MemoryLimit(world, 64);
        Assert.Equal((nuint)0, site.Alloc(world.Thread, 64, Gfp.Account));
        Assert.Equal((64UL, 1UL), site.Counts());
        world.Thread.Free(both);
        Assert.Equal((0UL, 0UL, 0UL), (site.Counts().Bytes, site.Counts().Calls, world.Usage));
    }

    [Theory]
    [InlineData(null, "src/a.c:7 func:f")]
    [InlineData("mod", "src/a.c:7 [mod] func:f")]
    public void ARowIsTheKernels(string module, string text)
    {
        using AccountedWorld world = new();
        using CallSite site = new("src/a.c", 7, "f", CallSite.NewModule(module));
        site.Alloc(world.Thread, 4096);
        Allocinfo.Write(1);
        Assert.Equal("allocinfo - version: 2.0\n#     <size>  <calls> <tag info>\n" +
            $"        4096        1 {text} \n", FreshWorld.Machine.Output);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5000)]
    public void OfALongNameTheEndIsKept(int length)
    {
        using AccountedWorld world = new();
        string file = new string('x', length) + "/end.c";
        using CallSite site = new(file, 7, "f", CallSite.NewModule());
        using CallSite endless = new("a.c", 7, new string('f', length), CallSite.NewModule());
        TagTable.IdOf(site.Tag);
        TagTable.IdOf(endless.Tag);
        Allocinfo.Write(1);
        Assert.Contains("xx/end.c:7 func:f \n", FreshWorld.Machine.Output);
        Assert.Equal(length == 100, FreshWorld.Machine.Output.Contains(file));
        Assert.Contains("func:ffff", FreshWorld.Machine.Output);
    }

    [Fact]
    public void CallSitesOfOneTextShareAnEntryIfTheyAreOfOneModule()
    {
        using AccountedWorld world = new();
        TagModule* module = CallSite.NewModule();
        using CallSite one = new("a.c", 1, "f", module);
        using CallSite same = new("a.c", 1, "f", module);
        using CallSite line = new("a.c", 2, "f", module);
        using CallSite other = new("a.c", 1, "f", CallSite.NewModule());
        Assert.Equal(TagTable.IdOf(one.Tag), TagTable.IdOf(same.Tag));
        Assert.Equal(3, new[] { one, line, other }.Select(site => TagTable.IdOf(site.Tag)).Distinct().Count());
    }

    [Fact]
    public void ARowOfAnUnloadedModuleStaysWhileObjectsAreOutAndIsFoundAgain()
    {
        using AccountedWorld world = new();
        TagModule* module = CallSite.NewModule();
        nuint address;
        uint id;
        using (CallSite site = new("a.c", 1, "f", module))
        {
            TagTable.Load(site.Tag, site.Tag + 1);
            id = TagTable.IdOf(site.Tag);
            Assert.True(TagEntry.Of(id)->IsShown);
            address = site.Alloc(world.Thread, 64);
            TagTable.Unload(module);
        }
        Assert.True(TagEntry.Of(id)->IsShown);
        world.Thread.Free(address);
        Assert.False(TagEntry.Of(id)->IsShown);
        using CallSite again = new("a.c", 1, "f", CallSite.NewModule());
        Assert.Equal(id, TagTable.IdOf(again.Tag));
        Assert.True(TagEntry.Of(id)->IsShown);
    }

    [Fact]
    public void WhereTheTableIsFullCallsGoUncounted()
    {
        using AccountedWorld world = new();
        TagModule* module = CallSite.NewModule();
        for (nuint i = 1; i <= Arena.Header->TagCount; i++)
        {
            using CallSite site = new("a.c", i, "f", module);
            Assert.Equal((uint)i, TagTable.IdOf(site.Tag));
        }
        using CallSite late = new("late.c", 1, "f", module);
        Assert.Equal((0U, 0U), (TagTable.IdOf(late.Tag), TagTable.IdOf(late.Tag)));
        nuint address = late.Alloc(world.Thread, 64);
        Assert.NotEqual((nuint)0, address);
        world.Thread.Free(address);
    }

    [Fact]
    public void AnUncountedObjectMakesItsRowInaccurate()
    {
        using AccountedWorld world = new();
        using CallSite site = new("a.c", 1, "f", CallSite.NewModule());
        while (world.Thread.Alloc(512) != 0) continue;
        while (world.Thread.Alloc(8) != 0) continue;
        Assert.Equal((nuint)0, site.Alloc(world.Thread, 8));
        site.Entry->IsInaccurate.Store(1);
        Allocinfo.Write(1);
        Assert.EndsWith("func:f accurate:no \n", FreshWorld.Machine.Output);
    }

    /// <summary>A tag is registered by whoever comes first, once, wherever another comes in between.</summary>
    [Fact]
    public void TwoThatRegisterOneTagAgree() => ForEachAccess(isAbandoned: false);

    [Fact]
    public void ARegistrationThatIsAbandonedLosesAtMostOneEntry() => ForEachAccess(isAbandoned: true);

    private static void ForEachAccess(bool isAbandoned)
    {
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            using AccountedWorld world = new();
            using CallSite site = new("a.c", 1, "f", CallSite.NewModule());
            uint id = 0;
            uint others = 0;
            isInterrupted = Interruption.Run(() => id = TagTable.IdOf(site.Tag), at, () =>
            {
                if (isAbandoned) throw new AbandonedCall();
                others = TagTable.IdOf(site.Tag);
            });
            if (isInterrupted && !isAbandoned) Assert.Equal(others, id);
            site.Alloc(world.Thread, 64);
            Assert.Equal((64UL, 1UL), site.Counts());
            Assert.True(site.Entry->IsShown);
            Assert.InRange(Arena.Header->HighTag.Load(), 1UL, 2UL);
            Allocinfo.Write(1);
            Assert.Single(FreshWorld.Machine.Output.Split('\n'), row => row.Contains("a.c:1 func:f"));
        }
    }

    private static void MemoryLimit(AccountedWorld world, ulong limit) =>
        world.Of(world.Group)->Limit.Store(limit);
}
