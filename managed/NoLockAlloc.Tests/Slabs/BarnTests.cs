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
        IEnumerable<nuint> batch = objects.TakeLast((int)s.Cache.Batch);
        Barn.Place(s.Cache.Bucket, 0).Store(new BarnSlot(0).ToFilling(9).Value);
        Barn.Place(s.Cache.Bucket, 1).Store(new BarnSlot(0).ToFilling(9).ToFull(4).ToDraining(9).Value);
        Assert.Equal((nuint)0, Barn.TakeOne(s.Cache));
        Assert.True(Barn.TryPut(s.Cell));
        Assert.Equal(BarnSlot.KindFull, new BarnSlot(Barn.Place(s.Cache.Bucket, 2).Load()).Kind);
        s.Cell->Head.Set(0);
        Assert.True(Barn.TryGet(s.Cell));
        Assert.Equal(batch, s.Array);
        Assert.True(new BarnSlot(Barn.Place(s.Cache.Bucket, 0).Load()).IsOf(BarnSlot.KindFilling, 9));
        Assert.True(new BarnSlot(Barn.Place(s.Cache.Bucket, 1).Load()).IsOf(BarnSlot.KindDraining, 9));
    }

    [Fact]
    public void OfASingleTakerAndAMoverOneGetsEachObject() => RunAt.AtEachAccess(at =>
    {
        using CellScene s = WithABatchInThePlace(out List<nuint> batch);
        nuint taken = 0;
        bool isInterrupted = RunAt.Access(
            at, () => taken = Barn.TakeOne(s.Cache), () => Barn.TryGet(s.Cell));
        Assert.DoesNotContain(taken, s.Array);
        IEnumerable<nuint> all = s.Array.Concat(s.InBarn).Append(taken).Where(one => one != 0);
        Assert.Equal(batch.ToHashSet(), all.ToHashSet());
        Assert.Equal(taken == 0 ? batch.Count : batch.Count - 1, s.Array.Count + s.InBarn.Count);
        return isInterrupted;
    });

    [Fact]
    public void ASingleTakerDoesNotMistakeANewBatchForTheOld() => RunAt.AtEachAccess(at =>
    {
        using CellScene s = WithABatchInThePlace(out List<nuint> batch);
        nuint taken = 0;
        void Turn()
        {
            Assert.True(Barn.TryGet(s.Cell));
            (batch[0], batch[^1]) = (batch[^1], batch[0]);
            for (int i = 0; i < batch.Count; i++) KmemCacheThread.Object(s.Cell, (ulong)i).Set(batch[i]);
            Assert.True(Barn.TryPut(s.Cell));
        }
        bool isInterrupted = RunAt.Access(at, Turn, () => taken = Barn.TakeOne(s.Cache));
        Assert.Equal(batch.Count - 1, s.InBarn.Count);
        Assert.DoesNotContain(taken, s.InBarn);
        if (!isInterrupted) Assert.Equal(batch[^1], taken);
        return isInterrupted;
    });

    /// <summary>One place is full and the array is empty.</summary>
    private static CellScene WithABatchInThePlace(out List<nuint> batch)
    {
        CellScene s = Full(8192, out List<nuint> objects);
        Assert.True(Barn.TryPut(s.Cell));
        s.Cell->Head.Set(0);
        batch = s.InBarn;
        Assert.Equal(objects.TakeLast((int)s.Cache.Batch), batch);
        return s;
    }

    /// <summary>The array is full of objects of as few slabs as hold them.</summary>
    private static CellScene Full(nuint size, out List<nuint> objects)
    {
        CellScene s = new(size);
        objects = [];
        for (int left = (int)s.Cell->Capacity; left != 0; left = (int)s.Cell->Capacity - objects.Count)
        {
            objects.AddRange(s.TakeOut(s.NewOwnSlab(), System.Math.Min(left, (int)s.Cache.Objects)));
        }
        foreach (nuint address in objects) KmemCacheThread.Push(s.Cell, address);
        return s;
    }
}
