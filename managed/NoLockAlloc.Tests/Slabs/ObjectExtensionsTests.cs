// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Abandonment;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class ObjectExtensionsTests
{
    private const nuint VectorBytes = 512;

    [Fact]
    public void AnEntryIsAGroupAndATag()
    {
        ulong entry = ExtensionWord.Entry(0xffffffff, 0xfffffffe);
        Assert.Equal((0xffffffffU, 0xfffffffeU),
            (ExtensionWord.GroupOf(entry), ExtensionWord.TagOf(entry)));
        Assert.Equal(0UL, ExtensionWord.Entry(0, 0));
    }

    [Fact]
    public void The63ObjectsOfAWordShareAVectorAndHaveEntriesOfTheirOwn()
    {
        using AccountedWorld world = new();
        world.Thread.Free(world.Alloc(8));
        KmemCache cache = KmemCache.Of(KmallocCg.For(1));
        List<nuint> objects = Enumerable.Range(0, 200).Select(_ => world.Alloc(8)).ToList();
        for (int i = 0; i < objects.Count; i++) Put(world.Thread, cache, objects[i], (ulong)i + 1);
        for (int i = 0; i < objects.Count; i++)
        {
            Assert.Equal((ulong)i + 1, ObjectExtensions.Get(cache, objects[i]));
        }
        int words = objects.Select(one => cache.IndexOf(one) / 63).Distinct().Count();
        Assert.Equal(words, AccountedWorld.CountVectors());
        Assert.Equal(200UL, ObjectExtensions.Take(cache, objects[199]));
        Assert.Equal(0UL, ObjectExtensions.Take(cache, objects[199]));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(512)]
    [InlineData(8192)]
    public void VectorsGoWithTheirSlabs(int size)
    {
        using AccountedWorld world = new(options: "arena=8m,threads=4");
        List<nuint> objects = Enumerable.Range(0, 500).Select(_ => world.Alloc((nuint)size)).ToList();
        Assert.DoesNotContain((nuint)0, objects);
        Assert.NotEqual(0, AccountedWorld.CountVectors());
        foreach (nuint address in objects) world.Thread.Free(address);
        world.Thread.Trim();
        Assert.Equal(0, AccountedWorld.CountVectors());
        Assert.Equal(0UL, world.World.Statistics().SlabBytes);
    }

    /// <summary>A1: making a vector makes no other, whatever its bucket is charged for.</summary>
    [Fact]
    public void AVectorHasNoExtensionAlsoWhereVectorsAreOfTheSameSize()
    {
        using AccountedWorld world = new();
        nuint address = world.Alloc(VectorBytes);
        nuint vector = (nuint)AccountedWorld.PlaceOf(address).Load();
        Assert.Equal(KmemCache.BucketOf(VectorBytes), Slab.CacheAt(vector).Bucket);
        Assert.Equal(1, AccountedWorld.CountVectors());
        Assert.Equal(VectorBytes, (nuint)world.Usage);
    }

    /// <summary>Patch 5: the object is handed out untracked, and the next vector that can be had is used.
    /// </summary>
    [Fact]
    public void WhereNoVectorCanBeHadTheObjectIsUntrackedAndTheNextSuccessGoesOn()
    {
        using AccountedWorld world = new();
        List<nuint> tracked = [world.Alloc(8)];
        List<nuint> all = FillUp(world.Thread);
        nuint untracked = world.Alloc(8);
        for (; ExtensionWord.IsVector(PlaceValue(untracked)); untracked = world.Alloc(8)) tracked.Add(untracked);
        Assert.Equal(ExtensionWord.AllocFail, PlaceValue(untracked));
        Assert.Equal(((ulong)tracked.Count, (ulong)tracked.Count * 8), (world.State.Objects, world.Usage));
        foreach (nuint address in all) world.Thread.Free(address);
        tracked.Add(world.Alloc(8));
        Assert.Equal(PlaceValue(untracked), PlaceValue(tracked[^1]));
        Assert.True(ExtensionWord.IsVector(PlaceValue(untracked)));
        Assert.Equal((ulong)tracked.Count, world.State.Objects);
        world.Thread.Free(untracked);
        Assert.Equal((ulong)tracked.Count, world.State.Objects);
        foreach (nuint address in tracked) world.Thread.Free(address);
        Assert.Equal((0UL, 0UL), (world.State.Objects, world.Usage));
    }

    /// <summary>B5: of two that make a vector for the same word, the slower one uses the other's, also where
    /// it could not make one itself.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhoIsSlowerUsesTheVectorOfTheOther(bool canMakeOne)
    {
        using AccountedWorld world = new();
        FakeThread other = world.NewThread();
        nuint mine = world.Alloc(4096);
        nuint others = world.Alloc(4096);
        KmemCache cache = Slab.CacheAt(mine);
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            ObjectExtensions.Release(cache, Arena.BlockOf(mine));
            nuint spare = canMakeOne ? 0 : FillUp(world.Thread)[0];
            bool isTracked = false;
            isInterrupted = Interruption.Run(() => isTracked = Put(world.Thread, cache, mine, 7), at, () =>
            {
                other.Free(spare);
                Assert.True(Put(other, cache, others, 8));
            });
            Assert.Equal(isInterrupted || canMakeOne, isTracked);
            if (!isInterrupted) return;
            Assert.Equal((7UL, 8UL),
                (ObjectExtensions.Get(cache, mine), ObjectExtensions.Get(cache, others)));
            Assert.Equal(1, AccountedWorld.CountVectors());
        }
    }

    [Fact]
    public void AReleaseThatIsAbandonedLosesAtMostOneVector()
    {
        bool isAbandoned = true;
        for (int at = 0; isAbandoned; at++)
        {
            using AccountedWorld world = new();
            List<nuint> objects = Enumerable.Range(0, 400).Select(_ => world.Alloc(8)).ToList();
            foreach (nuint address in objects) world.Thread.Free(address);
            isAbandoned = Interruption.Run(() => world.Thread.Trim(), at, () => throw new AbandonedCall());
            world.Thread.Trim();
            world.Thread.Trim();
            int vectors = AccountedWorld.CountVectors(); // of a slab whose object was in hand
            Assert.InRange(Ledger.CountOut() - vectors, 0, 1);
        }
    }

    private static ulong PlaceValue(nuint address) => AccountedWorld.PlaceOf(address).Load();

    private static bool Put(FakeThread thread, KmemCache cache, nuint address, ulong entry) =>
        thread.Run(frame =>
        {
            ThreadState* self = ThreadBlocks.Current(thread.Block, frame);
            return ObjectExtensions.TryPut(self, cache, address, entry, frame) ? 1u : 0;
        }) != 0;

    private static List<nuint> FillUp(FakeThread thread)
    {
        List<nuint> all = [];
        for (nuint one = thread.Alloc(VectorBytes); one != 0; one = thread.Alloc(VectorBytes)) all.Add(one);
        return all;
    }
}
