// SPDX-License-Identifier: MIT
// Who owns which object. Every allocation and free of a test goes through here, so that an object that is
// handed out twice, lies across another or comes from nowhere is seen at once.

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Api;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.World;

internal sealed unsafe partial class Ledger
{
    private readonly Dictionary<nuint, KmemCache> _live = [];
    private readonly Dictionary<nuint, SortedSet<nuint>> _bySize = [];
    private readonly Dictionary<nuint, (ulong Cell, int Objects)> _blocks = [];
    private int _frees;

    /// <summary>For hooks: no address of anything.</summary>
    private const nuint TheLedger = 2;

    /// <summary>What the program owns.</summary>
    internal IReadOnlyCollection<nuint> Live => _live.Keys;

    /// <summary>What a handler freed during the call may have come after its last look: then the next call
    /// has to find it.</summary>
    internal nuint Alloc(FakeThread thread, nuint size)
    {
        int frees = _frees;
        nuint address = TryAlloc(thread, size);
        if (address == 0 && frees != _frees) address = TryAlloc(thread, size);
        if (address != 0) return address;
        AccessHook hook = Atomic.Hook;
        Atomic.Hook = null;
        Assert.False(HasRoom(KmemCache.Of(KmemCache.BucketOf(size))), "NULL, but there is memory.");
        Atomic.Hook = hook;
        return 0;
    }

    /// <summary>0 is no failure: another thread may have had the last object for a moment.</summary>
    internal nuint TryAlloc(FakeThread thread, nuint size) => Take(thread, size, frame =>
        Kmalloc.Alloc(size, 0, Kmalloc.AnyNode, thread.Block, frame));

    /// <summary>Take some object in another way.</summary>
    internal nuint Take(FakeThread thread, nuint size, FakeThread.Call call)
    {
        nuint address = thread.Run(call);
        if (address == 0) return 0;
        Touch();
        AccessHook hook = Atomic.Hook;
        Atomic.Hook = null;
        Enter(address, size);
        Atomic.Hook = hook;
        return address;
    }

    internal void Free(FakeThread thread, nuint address)
    {
        Forget(address);
        thread.Free(address);
    }

    /// <summary>Free some object, past all arrays.</summary>
    internal void FreePastCells(FakeThread thread, nuint address)
    {
        KmemCache cache = _live[address];
        Give(thread, address, frame => SlabFree.TryFree(null, cache, address, frame) ? 1u : 0);
    }

    /// <summary>Give an object back in another way, which returns 1.</summary>
    internal void Give(FakeThread thread, nuint address, FakeThread.Call call)
    {
        Forget(address);
        Expect.Equal(1, thread.Run(call));
    }

    /// <summary>Allocate until there is nothing left.</summary>
    internal int FillUp(FakeThread thread, nuint size)
    {
        int objects = 0;
        while (Alloc(thread, size) != 0) objects++;
        return objects;
    }

    internal void FreeAll(FakeThread thread)
    {
        foreach (nuint address in _live.Keys.ToArray())
        {
            Free(thread, address);
        }
        foreach (nuint first in _runs.Keys.ToArray()) FreeRun(thread, first);
    }

    /// <summary>Some live object of that size, the lowest or the highest; 0: none.</summary>
    internal nuint Any(nuint size)
    {
        Touch();
        return OfSize(size).Min;
    }

    internal nuint Last(nuint size)
    {
        Touch();
        return OfSize(size).Max;
    }

    private static void Touch() => Atomic.Hook?.Touch(TheLedger, writes: true);

    internal SortedSet<nuint> OfSize(nuint size)
    {
        nuint rounded = KmemCache.Of(KmemCache.BucketOf(size)).Size;
        if (!_bySize.TryGetValue(rounded, out SortedSet<nuint> objects)) _bySize.Add(rounded, objects = []);
        return objects;
    }

    /// <summary>Objects that are out as far as the slabs know, whoever has them.</summary>
    internal static int CountOut()
    {
        ulong objects = 0;
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++)
        {
            for (nuint i = 0; i < Arena.WordsPerBlock; i++)
            {
                objects += ObjectWord.CountOf(Arena.ObjectWords(block)[i].Load());
            }
        }
        return (int)objects;
    }

    /// <summary>Whether a free block, or a free object of the bucket, is there for everybody.</summary>
    private static bool HasRoom(in KmemCache cache)
    {
        for (nuint block = Arena.Header->First; block < Arena.Header->Blocks; block++)
        {
            BlockState state = Arena.StateOf(block);
            if (state.IsFree || (state.IsSlabOf(cache.Cell) && Slab.HasFree(block, cache))) return true;
        }
        for (nuint place = 0; place < Barn.Places; place++)
        {
            if (new BarnSlot(Barn.Place(cache.Bucket, place).Load()).Kind == BarnSlot.KindFull) return true;
        }
        return false;
    }

    private void Enter(nuint address, nuint size)
    {
        nuint block = Arena.BlockOf(address);
        BlockState state = Arena.StateOf(block);
        Expect.Equal(BlockState.KindSlab, state.Kind);
        Assert.False(IsInARun(block), "An object lies in a run.");
        KmemCache cache = KmemCache.OfCell(state.Cell);
        Assert.True(Arena.Contains(address) && cache.IsStart(address) && cache.Size >= size);
        Assert.True(_live.TryAdd(address, cache), "An object was handed out twice.");
        OfSize(cache.Size).Add(address);

        (ulong cell, int objects) = _blocks.GetValueOrDefault(block, (cache.Cell, 0));
        Expect.Equal(cell, cache.Cell);
        _blocks[block] = (cell, objects + 1);
    }

    private void Forget(nuint address)
    {
        _frees++;
        Assert.True(_live.Remove(address, out KmemCache cache));
        OfSize(cache.Size).Remove(address);
        nuint block = Arena.BlockOf(address);
        (ulong cell, int objects) = _blocks[block];
        if (objects == 1) _blocks.Remove(block);
        else _blocks[block] = (cell, objects - 1);
    }
}
