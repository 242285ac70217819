// SPDX-License-Identifier: MIT

using System;
using System.Collections.Generic;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

/// <summary>A thread's cell of one size whose lock the test holds as a slow path does, and the slabs it has
/// to do with.</summary>
internal sealed unsafe class CellScene : IDisposable
{
    private readonly FakeThread _before;

    internal CellScene(nuint size, nuint blocks = 16)
    {
        World = FreshWorld.WithBlocks(blocks);
        Thread = World.Thread;
        _before = FreshWorld.Machine.Swap(Thread);
        Frame = Thread.Stack.Enter();
        ThreadBlocks.Current(Thread.Block, Frame);
        Cell = Thread.CellFor(size);
        Assert.True(CellGuard.TryEnter(Cell, Frame));
        Cache = Cell->Cache;
    }

    internal FreshWorld World { get; }

    internal FakeThread Thread { get; }

    internal ulong Frame { get; }

    internal KmemCacheThread* Cell { get; }

    internal KmemCache Cache { get; }

    internal ulong Head => Cell->Head.Get();

    /// <summary>What is in the array.</summary>
    internal List<nuint> Array
    {
        get
        {
            List<nuint> objects = [];
            for (ulong i = 0; i < Head; i++) objects.Add((nuint)KmemCacheThread.Object(Cell, i).Get());
            return objects;
        }
    }

    /// <summary>Objects that the places of the barn hold.</summary>
    internal List<nuint> InBarn => BarnContents.Of(Cache.Bucket);

    /// <summary>Objects of a slab that are out.</summary>
    internal List<nuint> Out(nuint block)
    {
        List<nuint> objects = [];
        for (nuint i = 0; i < Cache.Objects; i++)
        {
            ulong word = Arena.ObjectWords(block)[i / 63].Load();
            if ((word >> (int)(i % 63) & 1) != 0) objects.Add(Cache.AddressOf(block, i));
        }
        return objects;
    }

    internal nuint NewSlab(ulong owner = 0)
    {
        nuint block = PageAllocator.TakeSlab(Cache.Cell, owner, null);
        Assert.NotEqual(PageAllocator.None, block);
        return block;
    }

    /// <summary>A new slab that the cell has claimed.</summary>
    internal nuint NewOwnSlab()
    {
        nuint block = NewSlab(Cell->Owner);
        Cell->Slab.Set(block);
        return block;
    }

    /// <summary>Take so many objects out of a slab, past the cell.</summary>
    internal List<nuint> TakeOut(nuint block, int objects)
    {
        List<nuint> taken = [];
        while (taken.Count < objects) taken.Add(Slab.TakeOne(block, Cache));
        Assert.DoesNotContain((nuint)0, taken);
        return taken;
    }

    /// <summary>A batch of a new slab in the array.</summary>
    internal nuint Refill()
    {
        nuint block = NewOwnSlab();
        Assert.True(Slab.TakeBatch(Cell, block));
        return block;
    }

    public void Dispose()
    {
        FreshWorld.Machine.Swap(_before);
        World.Dispose();
    }
}
