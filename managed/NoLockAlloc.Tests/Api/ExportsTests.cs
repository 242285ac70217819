// SPDX-License-Identifier: MIT

using System.IO;
using System.Text.RegularExpressions;
using NoLockAlloc.Api;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Api;

public sealed unsafe class ExportsTests
{
    [Fact]
    public void SizesAreRoundedUpToBuckets()
    {
        delegate* unmanaged<nuint, nuint> roundup = &Exports.KmallocSizeRoundup;
        Assert.Equal((nuint)0, roundup(0));
        for (nuint size = 1; size <= KmemCache.MaximumSize; size++)
        {
            nuint bucket = roundup(size);
            Assert.Equal(KmemCache.Of(KmemCache.BucketOf(size)).Size, bucket);
            Assert.Equal(bucket, roundup(bucket));
        }
        Assert.Equal((nuint)16384, roundup(8193));
        Assert.Equal((nuint)131072, roundup(65537));
        Assert.Equal((nuint)4 << 20, roundup((4 << 20) - 1));
        Assert.Equal((nuint)(4 << 20) + 1, roundup((4 << 20) + 1));
        Assert.Equal(nuint.MaxValue, roundup(nuint.MaxValue));
    }

    [Fact]
    public void TheVersionIsTheHeaders()
    {
        string header = File.ReadAllText(Path.Combine(SourceTree.Root, "include", "nolockalloc.h"));
        uint expected = 0;
        foreach (string part in new[] { "MAJOR", "MINOR", "PATCH" })
        {
            string text = Regex.Match(header, $@"#define NOLOCKALLOC_VERSION_{part} (\d+)").Groups[1].Value;
            expected = expected << 8 | uint.Parse(text);
        }
        delegate* unmanaged<uint> version = &Exports.NolockallocVersion;
        Assert.Equal(expected, version());
    }

    [Fact]
    public void TheExportedMethodsServeTheThreadThatCalls()
    {
        using FreshWorld world = new();
        delegate* unmanaged<nuint, uint, int, nuint> kmalloc = &Exports.KmallocNolock;
        delegate* unmanaged<void*, void> kfree = &Exports.KfreeNolock;
        delegate* unmanaged<void*, nuint> ksize = &Exports.Ksize;
        delegate* unmanaged<nuint> trim = &Exports.NolockallocTrim;
        delegate* unmanaged<nuint> drain = &Exports.NolockallocDrain;
        world.Thread.Run(_ =>
        {
            nuint address = kmalloc(100, 0, -1);
            Assert.Equal((nuint)128, ksize((void*)address));
            kfree((void*)address);
            Assert.Equal((nuint)65536, trim());
            Assert.Equal((nuint)0, drain());
            return 0;
        });
        Assert.Equal(1UL, world.Thread.Id);
        Assert.Equal("", FreshWorld.Machine.Output);
    }

    [Fact]
    public void StatisticsAndSlabinfoAnswerWithErrorNumbers()
    {
        using FreshWorld world = new();
        delegate* unmanaged<void*, int> stats = &Exports.NolockallocStats;
        delegate* unmanaged<int, int> slabinfo = &Exports.NolockallocSlabinfo;
        byte* room = stackalloc byte[4096];
        Assert.Equal(-22, stats(null));
        Assert.Equal(-22, stats(room));
        ((Stats*)room)->Version = Stats.KnownVersion;
        Assert.Equal(0, stats(room));
        Assert.Equal(0, slabinfo(1));
        Assert.Equal(-9, slabinfo(-1));
    }
}
