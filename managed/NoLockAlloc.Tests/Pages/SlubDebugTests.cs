// SPDX-License-Identifier: MIT

using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Pages;

public sealed unsafe class SlubDebugTests
{
    private const string All = "FZPU";

    [Theory]
    [InlineData("slub_debug", "kmalloc-64", All)]
    [InlineData("slab_debug", "kmalloc-64", All)]
    [InlineData("slub_debug=", "kmalloc-64", All)]
    [InlineData("slub_debug=FZ", "kmalloc-64", "FZ")]
    [InlineData("slub_debug=fzputao", "kmalloc-64", "FZPUTAO")]
    [InlineData("slub_debug=-", "kmalloc-64", "")]
    [InlineData("slub_debug=FZ-P", "kmalloc-64", "P")]
    public void LettersWithoutAListAreForAllCaches(string options, string cache, string letters) =>
        Check(options, cache, letters);

    [Theory]
    [InlineData("slub_debug=P,kmalloc-64", "kmalloc-64", "P")]
    [InlineData("slub_debug=P,kmalloc-64", "kmalloc-6", "")]
    [InlineData("slub_debug=P,kmalloc-64", "kmalloc-640", "")]
    [InlineData("slub_debug=P,kmalloc-64", "kmalloc-96", "")]
    [InlineData("slub_debug=,kmalloc-64", "kmalloc-64", All)]
    [InlineData("slub_debug=,kmalloc-64", "kmalloc-96", "")]
    [InlineData("slub_debug=P,kmalloc-64,kmalloc-96", "kmalloc-96", "P")]
    [InlineData("slub_debug=P,kmalloc-1*", "kmalloc-1k", "P")]
    [InlineData("slub_debug=P,kmalloc-1*", "kmalloc-192", "P")]
    [InlineData("slub_debug=P,kmalloc-1*", "kmalloc-2k", "")]
    [InlineData("slub_debug=P,*", "anything", "P")]
    public void AListNamesItsCachesAndNoOthers(string options, string cache, string letters) =>
        Check(options, cache, letters);

    [Theory]
    [InlineData("slub_debug=P,kmalloc-64;Z,kmalloc-96", "kmalloc-96", "Z")]
    [InlineData("slub_debug=P,kmalloc-*;Z,kmalloc-96", "kmalloc-96", "P")]
    [InlineData("slub_debug=P,kmalloc-64;;;Z,kmalloc-96;", "kmalloc-96", "Z")]
    [InlineData("slub_debug=FZ;-,kmalloc-64", "kmalloc-64", "")]
    [InlineData("slub_debug=FZ;-,kmalloc-64", "kmalloc-96", "FZ")]
    [InlineData("slub_debug=-,kmalloc-64;FZ", "kmalloc-96", "FZ")]
    [InlineData("slub_debug=P;Z", "kmalloc-96", "Z")]
    public void TheFirstBlockThatNamesTheCacheDecides(string options, string cache, string letters) =>
        Check(options, cache, letters);

    [Theory]
    [InlineData("abort,slub_debug=P,kmalloc-64", "kmalloc-64", "P")]
    [InlineData("slub_debug=P,kmalloc-64,abort,arena=1m", "kmalloc-64", "P")]
    [InlineData("slub_debug=P,kmalloc-64,kmalloc-96,abort", "kmalloc-96", "P")]
    [InlineData("slub_debug=P,kmalloc-64;Z,kmalloc-96,abort", "kmalloc-96", "Z")]
    [InlineData("slub_debug=F,slub_debug=P", "kmalloc-96", "P")]
    [InlineData("leaks", "kmalloc-96", "U")]
    [InlineData("leaks,slub_debug=FZ,kmalloc-64", "kmalloc-64", "FZU")]
    [InlineData("slub_debug=FZ,kmalloc-64,leaks", "kmalloc-96", "U")]
    [InlineData("failslab=1,100,0,-1,slub_debug=P,kmalloc-64,kmalloc-96", "kmalloc-96", "P")]
    [InlineData("slub_debug=P,kmalloc-64,failslab=1,100,0,-1", "kmalloc-64", "P")]
    public void OtherWordsOfOursStandBeforeAndBehind(string options, string cache, string letters) =>
        Check(options, cache, letters);

    [Theory]
    [InlineData("slub_debug=Q", 1)]
    [InlineData("slub_debug=FQX;Y,kmalloc-64", 3)]
    [InlineData("slub_debug=F,kmalloc-64,abort,kmalloc-96", 1)]
    [InlineData("slub_debugger", 1)]
    [InlineData("slub_debug=F,whatever", 0)]
    public void WhatHasNoMeaningIsCounted(string options, int unknown) =>
        Assert.Equal((nuint)unknown, Read(options, o => o.Unknown));

    [Fact]
    public void EachBucketHasItsNameOfTheKernels()
    {
        string[] names = Enumerable.Range(1, Sizes.Buckets).Select(bucket =>
        {
            CacheName name = CacheName.OfBucket(bucket);
            return Encoding.ASCII.GetString(&name.First, name.Length);
        }).ToArray();
        Assert.Equal("8 16 32 64 96 128 192 256 512 1k 2k 4k 8k".Split(' ').Select(n => "kmalloc-" + n), names);
    }

    [Theory]
    [InlineData("slub_debug=ZPUO", 512U, SlubDebug.RedZone | SlubDebug.Poison | SlubDebug.StoreUser)]
    [InlineData("slub_debug=FZPUO", 2048U, SlubDebug.ConsistencyChecks)]
    [InlineData("slub_debug=ZPUO", 8192U, 0U)]
    public void WithTheLetterOMetadataMustNotNeedMorePages(string options, uint size, uint flags)
    {
        using FreshWorld world = new("arena=1m,threads=4," + options);
        world.Thread.Free(world.Thread.Alloc(8));
        uint kept = Arena.Header->DebugFlagsOf(Sizes.BucketOf(size)) & SlubDebug.Any;
        Assert.Equal(flags, kept);
    }

    [Fact]
    public void AnObjectKeepsItsAlignmentBetweenItsZones()
    {
        for (int bucket = 1; bucket <= Sizes.Buckets; bucket++)
        {
            uint size = (uint)Sizes.Of(bucket);
            uint alignment = DebugLayout.NaturalAlignment(size);
            Assert.Equal(size & (0 - size), alignment);
            foreach (uint odd in new[] { size, size - 3, size + 1 }) CheckLayout(odd, alignment);
        }
    }

    private static void CheckLayout(uint size, uint alignment)
    {
        foreach (uint flags in new[] { SlubDebug.Any, SlubDebug.Poison })
        {
            DebugLayout layout = new(size, alignment, flags);
            Assert.Equal(0U, layout.Left % alignment);
            Assert.Equal(0U, layout.Slot % alignment);
            Assert.InRange(layout.Slot, layout.Left + size + layout.Right, (uint)Arena.BlockBytes / 2);
            Assert.True(layout.Slot >= DebugLayout.LeastSlot && layout.Slot % 8 == 0);
            Assert.Equal(flags == SlubDebug.Any, layout.Left >= 16 && layout.Right >= 8);
        }
    }

    /// <summary>The largest objects with the largest alignment are as long as what is left of a slab.</summary>
    [Theory]
    [InlineData(32768U, 8U, true)]
    [InlineData(32768U, 16384U, true)]
    [InlineData(32760U, 32768U, true)]
    [InlineData(32761U, 32768U, false)]
    [InlineData(32768U, 32768U, false)]
    public void WhatHasNoRoomForZonesInASlabHasNone(uint size, uint alignment, bool hasRoom)
    {
        uint flags = DebugLayout.Affordable(size, alignment, SlubDebug.Any);
        Assert.Equal(hasRoom ? SlubDebug.Any : SlubDebug.Any & ~SlubDebug.Metadata, flags);
        Assert.InRange(new DebugLayout(size, alignment, flags).Slot, size, (uint)Arena.BlockBytes);
    }

    private static void Check(string options, string cache, string letters)
    {
        uint expected = letters.Aggregate(0U, (flags, letter) => flags | 1U << "FZPUTAO".IndexOf(letter));
        byte[] name = Encoding.ASCII.GetBytes(cache);
        uint flags = Read(options, o =>
        {
            fixed (byte* at = name) return o.Debugging.FlagsOf(at, name.Length);
        });
        Assert.Equal(expected, flags);
    }

    private static T Read<T>(string text, Func<Options, T> ask)
    {
        byte* bytes = (byte*)Marshal.StringToCoTaskMemUTF8(text);
        try
        {
            return ask(Options.Read(bytes));
        }
        finally
        {
            Marshal.FreeCoTaskMem((nint)bytes);
        }
    }
}
