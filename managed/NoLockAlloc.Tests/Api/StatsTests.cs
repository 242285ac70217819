// SPDX-License-Identifier: MIT

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using NoLockAlloc.Api;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Api;

public sealed unsafe class StatsTests
{
    private static readonly string s_header =
        File.ReadAllText(Path.Combine(SourceTree.Root, "include", "nolockalloc", "stats.h"));

    [Fact]
    public void ABucketsCountersLieWhereTheHeaderHasThem() =>
        CheckFields(typeof(BucketStats), "nolockalloc_bucket_stats", sizeof(BucketStats), []);

    [Fact]
    public void TheProcessesCountersLieWhereTheHeaderHasThem() =>
        CheckFields(
            typeof(Stats), "nolockalloc_stats", sizeof(Stats) + 12 * sizeof(BucketStats),
            new() { ["Bucket"] = nameof(Stats.FirstBucket) });

    [Fact]
    public void TheConstantsAreTheHeaders()
    {
        Assert.Equal(KmemCache.Buckets, Constant("NOLOCKALLOC_BUCKETS"));
        Assert.Equal((int)Stats.KnownVersion, Constant("NOLOCKALLOC_STATS_VERSION"));
    }

    [Fact]
    public void NullAndVersionsThatAreNotKnownAreRefused()
    {
        using FreshWorld world = new();
        Stats* stats = stackalloc Stats[16];
        Assert.False(Stats.TryFill(null));
        foreach (uint version in new uint[] { 0, 2, uint.MaxValue })
        {
            stats->Version = version;
            stats->ArenaBytes = 77;
            Assert.False(Stats.TryFill(stats));
            Assert.Equal(77UL, stats->ArenaBytes);
        }
    }

    [Fact]
    public void BeforeFirstUseAllIsZeroButTheGeometry()
    {
        using FreshWorld world = new();
        Stats stats = world.Statistics();
        Assert.Equal((1u, 13u), (stats.Version, stats.Buckets));
        Assert.Equal((0UL, 0UL), (stats.ArenaBytes, stats.ThreadBlocks));
        Assert.Equal((8u, 8192u), (stats.FirstBucket.ObjectSize, stats.FirstBucket.ObjectsPerSlab));
        Assert.Equal((nuint)0, Arena.Base);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void CountersAgreeWithWhatThreadsDid(int seed)
    {
        using FreshWorld world = new("arena=4m,threads=2");
        FakeThread[] threads = [world.Thread, world.NewThread(), world.NewThread()];
        Random random = new(seed);
        List<(nuint Address, int Bucket)> live = [];
        int[] allocs = new int[14];
        for (int i = 0; i < 6000; i++)
        {
            FakeThread thread = threads[random.Next(3)];
            if (random.Next(8) < (i / 400 % 2 == 0 ? 6 : 2))
            {
                nuint size = (nuint)(1 << random.Next(3, 12));
                nuint address = thread.Alloc(size);
                if (address == 0) continue;
                live.Add((address, KmemCache.BucketOf(size)));
                allocs[KmemCache.BucketOf(size)]++;
            }
            else if (live.Count != 0)
            {
                int which = random.Next(live.Count);
                thread.Free(live[which].Address);
                live[which] = live[^1];
                live.RemoveAt(live.Count - 1);
            }
        }
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++)
        {
            BucketStats of = world.StatisticsOf(bucket);
            Assert.Equal((ulong)live.Count(entry => entry.Bucket == bucket), of.LiveObjects);
            Assert.Equal((ulong)allocs[bucket], of.AllocFastpath + of.AllocSlowpath);
            Assert.Equal(of.ActiveSlabs, of.AllocSlab - of.FreeSlab);
            Assert.Equal((uint)KmemCache.Of(bucket).Objects, of.ObjectsPerSlab);
        }
        Assert.Equal(2UL, world.Statistics().ThreadBlocksInUse);
    }

    private static void CheckFields(Type type, string name, int bytes, Dictionary<string, string> renamed)
    {
        string[] found = type.GetFields(BindingFlags.NonPublic | BindingFlags.Instance)
            .Where(field => !field.Name.StartsWith('_')).Select(field => field.Name).ToArray();
        List<string> expected = [];
        int next = 0;
        string body = Regex.Match(s_header, $@"(?s)struct {name}\n\{{(.*?)\n\}};").Groups[1].Value;
        const string aField = @"(?m)^    (uint32_t|uint64_t|struct \w+) (\w+)(\[\w+\])?;";
        foreach (Match field in Regex.Matches(body, aField))
        {
            string pascal = string.Concat(field.Groups[2].Value.Split('_').Select(
                word => char.ToUpperInvariant(word[0]) + word[1..]));
            expected.Add(renamed.GetValueOrDefault(pascal, pascal));
            int size = field.Groups[1].Value == "uint32_t" ? 4 : 8;
            next = (next + size - 1) & -size;
            Assert.Equal(next, (int)Marshal.OffsetOf(type, expected[^1]));
            next += field.Groups[3].Success ? KmemCache.Buckets * sizeof(BucketStats) : size;
        }
        Assert.Equal(expected, found);
        Assert.Equal(next, bytes);
    }

    private static int Constant(string name) =>
        int.Parse(Regex.Match(s_header, $@"#define {name} (\d+)").Groups[1].ValueSpan);
}
