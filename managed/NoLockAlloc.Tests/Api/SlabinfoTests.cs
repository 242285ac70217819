// SPDX-License-Identifier: MIT

using System.Linq;
using System.Text.RegularExpressions;
using NoLockAlloc.Api;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Api;

public sealed class SlabinfoTests
{
    private const string Row =
        @"^kmalloc-(\d+k?) +(\d+) +(\d+) +(\d+) +(\d+) +16 : tunables    0    0    0 : " +
        @"slabdata +(\d+) +(\d+) +0$";

    [Fact]
    public void TheHeaderIsThatOfVersion21()
    {
        using FreshWorld world = new();
        string[] lines = Lines();
        Assert.Equal("slabinfo - version: 2.1", lines[0]);
        Assert.Equal(
            "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : " +
            "tunables <limit> <batchcount> <sharedfactor> : " +
            "slabdata <active_slabs> <num_slabs> <sharedavail>",
            lines[1]);
        Assert.Equal(2 + KmemCache.Buckets, lines.Length);
    }

    [Fact]
    public void RowsAreFormattedAsTheKernelDoes()
    {
        using FreshWorld world = new();
        for (int i = 0; i < 70; i++) world.Thread.Alloc(1024);
        string line = Lines().Single(line => line.Contains("kmalloc-1k "));
        string expected = $"{"kmalloc-1k",-17} {70,6} {128,6} {1024,6} {64,4} {16,4}";
        expected += $" : tunables {0,4} {0,4} {0,4} : slabdata {2,6} {2,6} {0,6}";
        Assert.Equal(expected, line);
    }

    [Fact]
    public void EachBucketHasARowLargestFirst()
    {
        using FreshWorld world = new();
        nuint live = world.Thread.Alloc(96);
        world.Thread.Free(world.Thread.Alloc(96));
        Assert.NotEqual((nuint)0, live);
        string[] rows = Lines()[2..];
        for (int i = 0; i < rows.Length; i++)
        {
            KmemCache cache = KmemCache.Of(KmemCache.Buckets - i);
            Match match = Regex.Match(rows[i], Row);
            Assert.True(match.Success, rows[i]);
            int[] found = match.Groups.Values.Skip(1).Select(group => Number(group.Value)).ToArray();
            int slabs = cache.Size == 96 ? 1 : 0;
            int objects = (int)cache.Objects;
            int size = (int)cache.Size;
            Assert.Equal([size, slabs, slabs * objects, size, objects, slabs, slabs], found);
        }
    }

    [Fact]
    public void AFailedWriteIsAnErrorNumber()
    {
        using FreshWorld world = new();
        FreshWorld.Machine.WriteError = -32;
        Assert.Equal(-32, Slabinfo.Write(1));
        FreshWorld.Machine.WriteError = 0;
        Assert.Equal(-9, Slabinfo.Write(-1));
    }

    private static string[] Lines()
    {
        Assert.Equal(0, Slabinfo.Write(1));
        return FreshWorld.Machine.Output.TrimEnd('\n').Split('\n');
    }

    private static int Number(string text) =>
        text.EndsWith('k') ? 1024 * int.Parse(text[..^1]) : int.Parse(text);
}
