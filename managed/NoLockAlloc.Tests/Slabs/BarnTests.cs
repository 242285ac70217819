// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.Words;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class BarnTests
{
    public static TheoryData<int> Sizes() => [8, 256, 1024, 8192];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void ABatchGoesInFromTheTopAndComesOutAgain(int size)
    {
        using CellScene s = Full((nuint)size, out List<nuint> objects);
        int batch = (int)s.Cache.Batch;
        Assert.True(Barn.TryPut(s.Cell));
        Assert.Equal(objects.SkipLast(batch), s.Array);
        Assert.Equal(objects.TakeLast(batch), s.InBarn);
        Assert.Equal((ulong)batch, Barn.CountObjects(s.Cache.Bucket));

        s.Cell->Head.Set(0);
        Assert.True(Barn.TryGet(s.Cell));
        Assert.Equal(objects.TakeLast(batch), s.Array);
        Assert.Empty(s.InBarn);
        Assert.False(Barn.TryGet(s.Cell));
        Assert.Equal((1UL, 1UL), (s.Cell->BarnPuts.Get(), s.Cell->BarnGets.Get()));
        Assert.False(s.Cell->HasUnsettled);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void ThereIsRoomForAsManyBatchesAsPlaces(int size)
    {
        using CellScene s = Full((nuint)size, out List<nuint> objects);
        for (nuint i = 0; i < Barn.Places; i++)
        {
            s.Cell->Head.Set((ulong)objects.Count);
            Assert.True(Barn.TryPut(s.Cell));
        }
        s.Cell->Head.Set((ulong)objects.Count);
        Assert.False(Barn.TryPut(s.Cell));
        Assert.Equal(objects, s.Array);
        Assert.Equal(Barn.Places * (nuint)s.Cache.Batch, (nuint)s.InBarn.Count);
        Assert.Equal(0UL, Barn.CountObjects(s.Cache.Bucket == 1 ? 2 : s.Cache.Bucket - 1));
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void SingleObjectsAreTakenUntilThePlaceIsEmpty(int size)
    {
        using CellScene s = Full((nuint)size, out List<nuint> objects);
        Assert.True(Barn.TryPut(s.Cell));
        IEnumerable<nuint> expected = objects.TakeLast((int)s.Cache.Batch).Reverse();
        foreach (nuint address in expected) Assert.Equal(address, Barn.TakeOne(s.Cache));
        Assert.Equal((nuint)0, Barn.TakeOne(s.Cache));
        Assert.Equal(BarnSlot.KindEmpty, new BarnSlot(Barn.Place(s.Cache.Bucket, 0).Load()).Kind);
    }

    [Fact]
    public void PlacesThatAreBeingFilledOrDrainedArePassedOver()
    {
        using CellScene s = Full(8192, out List<nuint> objects);
        Barn.Place(s.Cache.Bucket, 0).Store(new BarnSlot(0).ToFilling(9).Value);
        Barn.Place(s.Cache.Bucket, 1).Store(new BarnSlot(0).ToFilling(9).ToFull(4).ToDraining(9).Value);
        Assert.Equal((nuint)0, Barn.TakeOne(s.Cache));
        Assert.True(Barn.TryPut(s.Cell));
        Assert.Equal(BarnSlot.KindFull, new BarnSlot(Barn.Place(s.Cache.Bucket, 2).Load()).Kind);
        Assert.True(Barn.TryGet(s.Cell));
        Assert.Equal(objects, s.Array);
        Assert.True(new BarnSlot(Barn.Place(s.Cache.Bucket, 0).Load()).IsOf(BarnSlot.KindFilling, 9));
        Assert.True(new BarnSlot(Barn.Place(s.Cache.Bucket, 1).Load()).IsOf(BarnSlot.KindDraining, 9));
    }

    [Fact]
    public void OfASingleTakerAndAMoverOneGetsEachObject()
    {
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            using CellScene s = Full(8192, out List<nuint> objects);
            Assert.True(Barn.TryPut(s.Cell));
            nuint taken = 0;
            isInterrupted = RunAt.Access(
                at, () => taken = Barn.TakeOne(s.Cache), () => Barn.TryGet(s.Cell));
            Assert.DoesNotContain(taken, s.Array);
            IEnumerable<nuint> all = s.Array.Concat(s.InBarn).Append(taken).Where(one => one != 0);
            Assert.Equal(objects.ToHashSet(), all.ToHashSet());
            Assert.Equal(taken == 0 ? 4 : 3, s.Array.Count + s.InBarn.Count);
        }
    }

    [Fact]
    public void ASingleTakerDoesNotMistakeANewBatchForTheOld()
    {
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            using CellScene s = Full(8192, out List<nuint> objects);
            Assert.True(Barn.TryPut(s.Cell));
            nuint taken = 0;
            void Turn()
            {
                Assert.True(Barn.TryGet(s.Cell));
                (objects[0], objects[3]) = (objects[3], objects[0]);
                for (ulong i = 0; i < 4; i++) KmemCacheThread.Object(s.Cell, i).Set(objects[(int)i]);
                Assert.True(Barn.TryPut(s.Cell));
            }
            isInterrupted = RunAt.Access(at, Turn, () => taken = Barn.TakeOne(s.Cache));
            Assert.Equal(3, s.InBarn.Count);
            Assert.DoesNotContain(taken, s.InBarn);
            if (!isInterrupted) Assert.Equal(objects[3], taken);
        }
    }

    /// <summary>The array is full of objects of one slab.</summary>
    private static CellScene Full(nuint size, out List<nuint> objects)
    {
        CellScene s = new(size);
        objects = s.TakeOut(s.NewOwnSlab(), (int)s.Cell->Capacity);
        foreach (nuint address in objects) KmemCacheThread.Push(s.Cell, address);
        return s;
    }
}
