// SPDX-License-Identifier: MIT

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Pages;

public sealed unsafe class ArenaLayoutTests
{
    public static TheoryData<int, int, bool> Cases()
    {
        TheoryData<int, int, bool> cases = [];
        foreach (int usable in new[] { 1, 16, 126, 1024, 16384 })
        {
            foreach (int threads in new[] { 1, 5, 1000, 16384 })
            {
                cases.Add(usable, threads, false);
                cases.Add(usable, threads, true);
            }
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TablesFollowEachOtherAndEndABlockBeforeTheFirst(int usable, int threads, bool isHardened)
    {
        using FreshWorld world = new(null);
        Hardening.IsOn = isHardened;
        ArenaHeader* header = Make(usable, threads);
        nuint threadBlocks = (nuint)threads + ArenaLayout.SpareThreads;
        nuint next = (nuint)header;
        Table(ref next, (nuint)header, ArenaHeader.Bytes + header->Blocks * 8);
        Table(ref next, (nuint)header->ForkStamp, 4096);
        Table(ref next, (nuint)header->ThreadWords, threadBlocks * 8);
        Table(ref next, header->HintMaps, ArenaLayout.Maps * HintMap.BytesFor(header->Blocks));
        Table(ref next, header->Barns, ArenaLayout.Maps * ArenaLayout.BarnBytes);
        Table(ref next, header->Caches, ArenaLayout.Maps * ArenaLayout.CacheBytes);
        Table(ref next, header->ThreadBlocks, threadBlocks * ArenaLayout.ThreadBlockBytes);
        next += 4096; // the option slub_debug, if it is said
        Table(ref next, (nuint)header->Pages, header->Blocks * Product.PageWords * 8);
        Table(ref next, header->Groups, header->GroupCount * ArenaLayout.GroupBytes);
        Table(ref next, header->Tags, header->TagCount * ArenaLayout.TagBytes);
        Table(ref next, header->HookSlots, Hooks.Slots * (nuint)sizeof(HookSlot));
        Table(ref next, header->NodeTable, NodeTable.Bytes);
        nuint wordBytes = header->Blocks * Arena.WordsPerBlock * 8;
        Table(ref next, (nuint)header->ObjectWords, wordBytes);
        Table(ref next, (nuint)header->ConstructedWords, wordBytes);
        nuint wordPages = (wordBytes + 4095) & ~(nuint)4095;
        if (isHardened) Table(ref next, (nuint)header->LiveWords, wordPages + wordBytes);
        Table(ref next, (nuint)header->Extensions, wordBytes);

        nuint first = (nuint)header + header->First * Arena.BlockBytes;
        Assert.InRange(next, (nuint)header, first - Arena.BlockBytes);
        Assert.Equal((nuint)usable, header->Blocks - header->First);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheFreeMapStartsWithAllBlocksAndNoneAboveThem(int usable, int threads, bool isHardened)
    {
        using FreshWorld world = new(null);
        Hardening.IsOn = isHardened;
        ArenaHeader* header = Make(usable, threads);
        HintMap free = ArenaLayout.HintMapAt(header, 0);
        nuint expected = header->First;
        for (nuint block = free.Find(header->First); block != HintMap.None; block = free.Find(block + 1))
        {
            Assert.Equal(expected++, block);
        }
        Assert.Equal(header->Blocks, expected);
        for (nuint map = 1; map < ArenaLayout.Maps; map++)
        {
            Assert.Equal(HintMap.None, ArenaLayout.HintMapAt(header, map).Find(0));
        }
    }

    [Fact]
    public void TheSizesThatHigherFloorsHaveAreTheSizesKeptForThem()
    {
        Assert.Equal(Sizes.ThreadBlockBytes, (nuint)sizeof(ThreadState));
        Assert.Equal(ArenaLayout.CacheBytes, (nuint)sizeof(CacheDescriptor));
        Assert.InRange(Sizes.ThreadBlockBytes, (nuint)0, Sizes.FirstExtra * ArenaLayout.CellBytes);
        Assert.InRange((Sizes.Caches + 1) * ArenaLayout.CellBytes, (nuint)0, ArenaLayout.ThreadBlockBytes);
        Assert.Equal(ArenaLayout.BarnBytes, (nuint)sizeof(Barn));
        Assert.Equal(ArenaHeader.Bytes, sizeof(ArenaHeader));
        Assert.Equal(NodeTable.Bytes, (nuint)sizeof(NodeTable));
        Assert.Equal(NodeTable.Most, Barn.Places); // each node has one
        Assert.True(ThreadState.CellsEnd + ThreadState.TableEntries * 2 <= Sizes.ThreadBlockBytes);
        Assert.Equal(KmemCacheThread.Bytes, (nuint)sizeof(KmemCacheThread));
    }

    [Fact]
    public void ARefusedReservationIsNoArena()
    {
        using FreshWorld world = new(null);
        FreshWorld.Machine.Memory.Limit = 1 << 20;
        Assert.Equal((nuint)0, ArenaLayout.TryReserve(16, new Options { Threads = 4 }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ForksAreToldByAPageOrByTheProcessNumber(bool canWipe)
    {
        using FreshWorld world = new(null);
        FreshWorld.Machine.CanWipeOnFork = canWipe;
        ArenaHeader* header = Make(16, 4);
        Assert.Equal(!canWipe, header->ForksByNumber);
        Assert.Equal((nuint)0, (nuint)header->ForkStamp % 4096);
        if (canWipe) Assert.Equal(((nuint)header->ForkStamp, (nuint)4096), FreshWorld.Machine.WipedOnFork);
    }

    private static ArenaHeader* Make(int usable, int threads)
    {
        Options options = new() { Threads = (nuint)threads };
        ArenaHeader* header = (ArenaHeader*)ArenaLayout.TryReserve((nuint)usable, options);
        Assert.True(header != null);
        return header;
    }

    private static void Table(ref nuint next, nuint at, nuint bytes)
    {
        Assert.InRange(at, next, next + 4095);
        Assert.Equal((nuint)0, at % 64);
        next = at + bytes;
    }
}
