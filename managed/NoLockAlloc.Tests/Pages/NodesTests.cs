// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Pages;

public sealed unsafe class NodesTests
{
    private const ulong Cell = 1408;
    private const ulong Owner = 3;

    private RunJournal _journal = new() { Owner = Owner, Number = 1 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(16)]
    public void EachBlockHasOneNodeAndNodesHaveEquallyMany(int nodes)
    {
        using FreshWorld world = FreshWorld.WithBlocks(100, nodes: (nuint)nodes);
        Assert.Equal((nuint)nodes, Nodes.Count);
        nuint next = Arena.Header->First;
        for (nuint node = 0; node < Nodes.Count; node++)
        {
            Assert.Equal(next, Nodes.FirstBlock(node));
            next = Nodes.EndBlock(node);
            nuint blocks = next - Nodes.FirstBlock(node);
            Assert.InRange(blocks, 100u / (nuint)nodes, 100u / (nuint)nodes + (nuint)nodes - 1);
            for (nuint block = Nodes.FirstBlock(node); block < next; block++) Assert.Equal(node, Nodes.Of(block));
        }
        Assert.Equal(Arena.Header->Blocks, next);
    }

    [Fact]
    public void TheMemoryOfTheMachinesNodesIsAskedForFromThem()
    {
        using FreshWorld world = new(FreshWorld.Small, nodes: 3);
        Assert.True(Arena.Ensure());
        Assert.Equal((nuint)3, Nodes.Count);
        List<(nuint Address, nuint Bytes, uint Node)> preferred = FreshWorld.Machine.Preferred;
        Assert.Equal([0u, 1u, 2u], preferred.Select(range => range.Node));
        nuint next = Arena.AddressOf(Arena.Header->First);
        foreach ((nuint address, nuint bytes, _) in preferred)
        {
            Assert.Equal(next, address);
            next += bytes;
        }
        Assert.Equal(Arena.AddressOf(Arena.Header->Blocks), next);
        world.Thread.Node = 2;
        Assert.Equal((nuint)2, (nuint)world.Thread.Run(_ => Nodes.Current()));
    }

    [Theory]
    [InlineData(1u, "nodes=2", 2)]
    [InlineData(4u, "nodes=2", 2)]
    [InlineData(4u, "nodes=1", 1)]
    [InlineData(1u, "nodes=1", 1)]
    public void OtherNodesThanTheMachineHasArePretended(uint machine, string option, int nodes)
    {
        using FreshWorld world = new(FreshWorld.Small + "," + option, machine);
        Assert.True(Arena.Ensure());
        Assert.Equal((nuint)nodes, Nodes.Count);
        Assert.Empty(FreshWorld.Machine.Preferred);
        world.Thread.Processor = 7;
        Assert.Equal((nuint)(nodes - 1), world.Thread.Run(_ => Nodes.Preferred(Nodes.Any)));
    }

    [Fact]
    public void ThereAreNoMoreNodesThanBlocksAndNoMoreThanTheTableHas()
    {
        using (FreshWorld few = FreshWorld.WithBlocks(3, nodes: 16)) Assert.Equal((nuint)3, Nodes.Count);
        using FreshWorld many = new(FreshWorld.Small, nodes: 40);
        Assert.True(Arena.Ensure());
        Assert.Equal(NodeTable.Most, Nodes.Count);
        many.Thread.Node = 33;
        Assert.Equal((nuint)1, many.Thread.Run(_ => Nodes.Current()));
    }

    [Fact]
    public void SlabsComeFromTheNodeUntilItHasNoBlockLeft()
    {
        using FreshWorld world = FreshWorld.WithBlocks(10, nodes: 2);
        for (nuint i = 0; i < 5; i++)
        {
            Assert.Equal(Nodes.FirstBlock(1) + i, PageAllocator.TakeSlab(Cell, Owner, null, 1));
        }
        Assert.Equal(PageAllocator.None, PageAllocator.TakeSlab(Cell, Owner, null, 1));
        Assert.Equal(Arena.Header->First, PageAllocator.TakeSlab(Cell, Owner, null, 0));
    }

    [Fact]
    public void APassOverTheBlocksLeavesOutThoseThatNoNodeHasGivenOut()
    {
        using FreshWorld world = FreshWorld.WithBlocks(300, nodes: 3);
        List<nuint> used = [];
        for (int i = 0; i < 4; i++) used.Add(PageAllocator.TakeSlab(Cell, Owner, null, 0));
        used.Add(PageAllocator.TakeSlab(Cell, Owner, null, 2));
        List<nuint> passed = [];
        nuint high = (nuint)Arena.Header->HighBlock.Load();
        for (nuint block = Arena.Header->First; block < high; block = Nodes.After(block)) passed.Add(block);
        Assert.Subset(passed.ToHashSet(), used.ToHashSet());
        Assert.InRange(passed.Count, used.Count, used.Count + 1);
        Assert.Equal((nuint)used.Count, Nodes.CountUsed());
        passed.Clear();
        for (nuint block = high; block > Arena.Header->First;) passed.Add(block = Nodes.Before(block));
        Assert.Subset(passed.ToHashSet(), used.ToHashSet());
        Assert.InRange(passed.Count, used.Count, used.Count + 1);
    }

    [Fact]
    public void RunsComeFromTheNodeAndDoNotGrowIntoTheNext()
    {
        using FreshWorld world = FreshWorld.WithBlocks(20, nodes: 2);
        fixed (RunJournal* journal = &_journal)
        {
            for (int i = 0; i < 3; i++)
            {
                nuint first = PageRuns.Take(3, 1, journal, out _, 0);
                Assert.Equal((nuint)0, Nodes.Of(first));
                Assert.Equal((nuint)0, Nodes.Of(first + 2));
            }
            Assert.Equal(PageRuns.None, PageRuns.Take(3, 1, journal, out _, 0));
            nuint last = PageRuns.Take(1, 1, journal, out _, 0);
            Assert.Equal((nuint)0, Nodes.Of(last));
            Assert.Equal((nuint)1, Nodes.Of(PageRuns.Take(10, 1, journal, out _, 1)));
        }
    }

    [Fact]
    public void ARunAtTheEndOfItsNodeDoesNotGrow()
    {
        using FreshWorld world = FreshWorld.WithBlocks(20, nodes: 2);
        fixed (RunJournal* journal = &_journal)
        {
            nuint first = PageRuns.Take(10, 1, journal, out _, 0);
            Assert.Equal(Nodes.EndBlock(0), first + 10);
            Assert.False(PageRuns.TryGrow(first, 11, journal, out _));
            Assert.True(PageRuns.TryShrink(first, 9, journal));
            Assert.True(PageRuns.TryGrow(first, 10, journal, out _));
        }
    }

    [Fact]
    public void AWishIsForANodeFirstOrForThatOnly()
    {
        using FreshWorld world = FreshWorld.WithBlocks(20, nodes: 4);
        world.Thread.Run(_ =>
        {
            world.Thread.Processor = 2;
            Assert.Equal((2, 4), Looks(Nodes.Wish(Nodes.Any, Gfp.Kernel)));
            Assert.Equal((2, 1), Looks(Nodes.Wish(Nodes.Any, Gfp.Kernel | Gfp.ThisNode)));
            Assert.Equal((3, 4), Looks(Nodes.Wish(3, Gfp.Kernel)));
            Assert.Equal((3, 1), Looks(Nodes.Wish(3, Gfp.Kernel | Gfp.ThisNode)));
            Assert.Equal((0, 1), Looks(Nodes.Wish(0, Gfp.Kernel | Gfp.ThisNode)));
            return 0;
        });
        Assert.Equal([(nuint)1, (nuint)0], new[] { Nodes.Following(0), Nodes.Following(3) });
    }

    private static (int First, int Candidates) Looks(int wish) =>
        ((int)Nodes.Preferred(wish), (int)Nodes.Candidates(wish));
}
