// SPDX-License-Identifier: MIT

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using NoLockAlloc.Api;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tags;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Api;

public sealed unsafe class JsonTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\"b\\c/d", "a\"b\\c/d")]
    [InlineData("\x01\t\n\x1f\x7f", "\x01\t\n\x1f\x7f")]
    [InlineData("gr\u00fc\u00df\u20ac\U0001f40c", "gr\u00fc\u00df\u20ac\U0001f40c")]
    public void AnyTextIsReadBackAsItWas(string text, string expected) =>
        Assert.Equal(expected, ReadBack(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(new byte[] { 0x61, 0xe2, 0x82 }, "a\ufffd\ufffd")]
    [InlineData(new byte[] { 0x80, 0x61 }, "\ufffda")]
    [InlineData(new byte[] { 0xc0, 0x80 }, "\ufffd\ufffd")]
    [InlineData(new byte[] { 0xe0, 0x80, 0x80 }, "\ufffd\ufffd\ufffd")]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 }, "\ufffd\ufffd\ufffd")]
    [InlineData(new byte[] { 0xf4, 0x90, 0x80, 0x80 }, "\ufffd\ufffd\ufffd\ufffd")]
    [InlineData(new byte[] { 0xff, 0xfe }, "\ufffd\ufffd")]
    public void WhatIsNoUtf8IsReplaced(byte[] bytes, string expected) => Assert.Equal(expected, ReadBack(bytes));

    [Fact]
    public void StatisticsHaveTheNumbersOfTheStruct()
    {
        using FreshWorld world = FreshWorld.WithBlocks(16, nodes: 2);
        for (int i = 0; i < 100; i++) world.Thread.Alloc(1024, 0, i % 2);
        JsonElement root = Read(StatsJson.Write);
        Stats stats = world.Statistics();
        Assert.Equal(stats.ArenaBytes, root.GetProperty("arena_bytes").GetUInt64());
        Assert.Equal(stats.SlabBytes, root.GetProperty("slab_bytes").GetUInt64());
        Assert.Equal(stats.ThreadBlocks, root.GetProperty("thread_blocks").GetUInt64());
        List<JsonElement> buckets = root.GetProperty("buckets").EnumerateArray().ToList();
        Assert.Equal(KmemCache.Buckets, buckets.Count);
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++) CheckBucket(world, buckets[bucket - 1], bucket);
        List<JsonElement> nodes = root.GetProperty("nodes").EnumerateArray().ToList();
        Assert.Equal(stats.ArenaBytes, Sum(nodes, "arena_bytes"));
        Assert.Equal(stats.SlabBytes, Sum(nodes, "slab_bytes"));
        Assert.All(nodes, node => Assert.NotEqual(0UL, node.GetProperty("slab_bytes").GetUInt64()));
    }

    [Fact]
    public void SlabinfoHasTheRowsOfTheTextAndTheSlabsOfEachNode()
    {
        using FreshWorld world = FreshWorld.WithBlocks(16, nodes: 2);
        world.Thread.Create("a \"cache\" of caf\u00e9s", 5000);
        world.Thread.Alloc(1024, 0, 1);
        Assert.Equal(0, Slabinfo.Write(1));
        string[] rows = FreshWorld.Machine.Output.TrimEnd('\n').Split('\n')[2..];
        JsonElement root = Read(SlabinfoJson.Write);
        Assert.Equal("2.1", root.GetProperty("version").GetString());
        List<JsonElement> caches = root.GetProperty("caches").EnumerateArray().ToList();
        Assert.Equal(rows.Length, caches.Count);
        for (int i = 0; i < rows.Length; i++)
        {
            string name = caches[i].GetProperty("name").GetString();
            Assert.StartsWith(name + " ", rows[i]);
            string[] columns = rows[i][name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] names = ["active_objs", "num_objs", "objsize", "objperslab", "pagesperslab"];
            Assert.Equal(columns[..5], names.Select(column => caches[i].GetProperty(column).GetRawText()));
        }
        JsonElement of1k = caches.Single(cache => cache.GetProperty("name").GetString() == "kmalloc-1k");
        Assert.Equal("[0,1]", of1k.GetProperty("slabs_by_node").GetRawText());
    }

    [Theory]
    [InlineData("dir/file.c", 42UL, "main", null)]
    [InlineData("odd:7 [x] func:y.c", 18446744073709551615UL, "f", "plugin.so")]
    public void AllocinfoHasThePartsOfACallSite(string file, ulong line, string function, string module)
    {
        using FreshWorld world = new();
        using CallSite site = new(file, line, function, CallSite.NewModule(module));
        site.Alloc(world.Thread, 100);
        JsonElement tag = Assert.Single(Read(AllocinfoJson.Write).GetProperty("tags").EnumerateArray());
        Assert.Equal((128UL, 1UL), (tag.GetProperty("bytes").GetUInt64(), tag.GetProperty("calls").GetUInt64()));
        Assert.Equal(file, tag.GetProperty("file").GetString());
        Assert.Equal(line, tag.GetProperty("line").GetUInt64());
        Assert.Equal(function, tag.GetProperty("func").GetString());
        Assert.Equal(module != null, tag.TryGetProperty("module", out JsonElement found));
        if (module != null) Assert.Equal(module, found.GetString());
        Assert.True(tag.GetProperty("accurate").GetBoolean());
    }

    [Theory]
    [InlineData("", "", 0UL, "")]
    [InlineData("file.c:3 [mod] fun", "file.c:3 [mod] fun", 0UL, "")]
    [InlineData("file.c:3 func:", "file.c", 3UL, "")]
    [InlineData("3 func:f", "3", 3UL, "f")]
    public void ATextThatWasCutOffIsTheFiles(string text, string file, ulong line, string function)
    {
        fixed (byte* bytes = Encoding.UTF8.GetBytes(text + "\0"))
        {
            TagParts parts = TagParts.Of(bytes);
            Assert.Equal(file, Encoding.UTF8.GetString(parts.File, parts.FileLength));
            Assert.Equal(line, parts.Line);
            Assert.Equal(function, Encoding.UTF8.GetString(parts.Function, parts.FunctionLength));
        }
    }

    [Fact]
    public void OfAnUnusedLibraryEachReportIsThereAndEmpty()
    {
        using FreshWorld world = new();
        Assert.Empty(Read(StatsJson.Write).GetProperty("nodes").EnumerateArray());
        Assert.Equal(KmemCache.Buckets, Read(SlabinfoJson.Write).GetProperty("caches").GetArrayLength());
        Assert.Empty(Read(AllocinfoJson.Write).GetProperty("tags").EnumerateArray());
    }

    [Fact]
    public void AFailedWriteIsAnErrorNumber()
    {
        using FreshWorld world = new();
        FreshWorld.Machine.WriteError = -32;
        Assert.Equal([-32, -32, -32], new[] { StatsJson.Write(1), SlabinfoJson.Write(1), AllocinfoJson.Write(1) });
    }

    private static void CheckBucket(FreshWorld world, JsonElement bucket, int number)
    {
        BucketStats of = world.StatisticsOf(number);
        Assert.Equal(of.ObjectSize, bucket.GetProperty("object_size").GetUInt64());
        Assert.Equal(of.AllocFastpath, bucket.GetProperty("alloc_fastpath").GetUInt64());
        Assert.Equal(of.AllocSlowpath, bucket.GetProperty("alloc_slowpath").GetUInt64());
        Assert.Equal(of.ActiveSlabs, bucket.GetProperty("active_slabs").GetUInt64());
        Assert.Equal(of.CachedObjects, bucket.GetProperty("cached_objects").GetUInt64());
        Assert.Equal(22, bucket.EnumerateObject().Count());
    }

    private static ulong Sum(IEnumerable<JsonElement> nodes, string name) =>
        nodes.Aggregate(0UL, (sum, node) => sum + node.GetProperty(name).GetUInt64());

    private static string ReadBack(byte[] bytes)
    {
        using FreshWorld world = new();
        JsonElement root = Read(_ =>
        {
            Json json = new(1);
            json.Open(default);
            fixed (byte* text = bytes) json.String("text"u8, text, bytes.Length);
            json.Close();
            return json.Finish();
        });
        return root.GetProperty("text").GetString();
    }

    private static JsonElement Read(Func<int, int> write)
    {
        int before = FreshWorld.Machine.Output.Length;
        Assert.Equal(0, write(1));
        string text = FreshWorld.Machine.Output[before..];
        Assert.EndsWith("\n", text);
        return JsonDocument.Parse(text).RootElement;
    }
}
