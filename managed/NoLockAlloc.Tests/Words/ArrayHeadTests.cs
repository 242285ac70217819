// SPDX-License-Identifier: MIT

using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed unsafe class ArrayHeadTests
{
    private const ulong Overflow = 1UL << 24;

    [Theory]
    [InlineData(128)]
    [InlineData(64)]
    [InlineData(32)]
    [InlineData(16)]
    public void FullIsAConstantAndTheFreesStay(int capacity)
    {
        KmemCacheThread cell = default;
        cell.Head.Prepare((ulong)capacity);
        Assert.Equal((128UL - (ulong)capacity, 0UL), (cell.Head.First, cell.Head.Get()));
        ulong frees = 0;
        for (ulong objects = 0; objects <= (ulong)capacity; objects++)
        {
            cell.Head.Set(objects);
            cell.Head.CountFree();
            Assert.Equal((objects, ++frees), (cell.Head.Get(), cell.Head.Frees));
            Assert.Equal((uint)(frees << 8 | (cell.Head.First + objects)), ((HotCell*)&cell)->Head);
        }
        Assert.Equal(ArrayHead.End, (byte)((HotCell*)&cell)->Head);
        cell.Head.Set(ArrayHead.Pending);
        cell.Head.CountFree();
        Assert.Equal((ArrayHead.Pending, frees + 1), (cell.Head.Get(), cell.Head.Frees));
        cell.Head.Set(3);
        Assert.Equal((3UL, frees + 1), (cell.Head.Get(), cell.Head.Frees));
    }

    /// <summary>The tests of the fast paths: the place below the top, and the top against the constant.
    /// </summary>
    [Theory]
    [InlineData(8)]
    [InlineData(8192)]
    public void PendingIsEmptyAndFullAtOnceWhateverTheArrayHolds(int size)
    {
        using FreshWorld world = new();
        world.Thread.Alloc((nuint)size);
        HotCell* cell = (HotCell*)world.Thread.CellFor((nuint)size);
        KmemCacheThread* self = (KmemCacheThread*)cell;
        for (ulong i = 0; i < self->Capacity; i++) KmemCacheThread.Object(self, i).Set(ulong.MaxValue);
        foreach (ulong objects in new ulong[] { 0, 1, self->Capacity, ArrayHead.Pending })
        {
            self->Head.Set(objects);
            nuint below = HotCell.ObjectAt(cell, (byte)cell->Head)->ObjectBelow;
            Assert.Equal(objects is 0 or ArrayHead.Pending, below == 0);
            Assert.Equal(objects >= self->Capacity, (byte)cell->Head >= ArrayHead.End);
        }
    }

    /// <summary>The slow path holds the lock while it counts: the carry must not reach it.</summary>
    [Theory]
    [InlineData(0UL)]
    [InlineData(5UL)]
    [InlineData(ArrayHead.Pending)]
    public void TheSlowPathCountsPastTheOverflowUnderTheLock(ulong objects)
    {
        KmemCacheThread cell = Counted(Overflow - 1);
        cell.Head.Set(objects);
        cell.Lock.Take(0x7fff_0000_1234);
        for (ulong frees = Overflow; frees < Overflow + 3; frees++)
        {
            cell.Head.CountFree();
            Assert.Equal((objects, frees), (cell.Head.Get(), cell.Head.Frees));
            Assert.True(cell.Lock.IsHeldBy(0x7fff_0000_1234));
        }
    }

    [Fact]
    public void ACarryOfTheFastPathLooksHeldAndIsSettledOnce()
    {
        KmemCacheThread cell = Counted(Overflow - 1);
        HotCell* hot = (HotCell*)&cell;
        for (ulong turn = 1; turn <= 3; turn++)
        {
            cell.Lock.Take(0x7fff_0000_1234);
            ulong objects = cell.Head.Get();
            hot->HeadAndRelease = (nuint)hot->Head + 1 + ArrayHead.OneFree;
            Assert.False(cell.Lock.IsFree);
            Assert.Equal((objects + 1, Overflow * turn), (cell.Head.Get(), cell.Head.Frees));
            for (int i = 0; i < 3; i++)
            {
                cell.Head.SettleCarry();
                Assert.True(cell.Lock.IsFree);
                Assert.Equal((objects + 1, Overflow * turn), (cell.Head.Get(), cell.Head.Frees));
            }
            hot->Head |= uint.MaxValue << 8;
        }
    }

    [Fact]
    public void AHandlerInTheMiddleOfASettlementIsTheOneThatCounts()
    {
        for (int at = 0; at < 10; at++)
        {
            KmemCacheThread cell = Counted(Overflow - 1);
            KmemCacheThread* self = &cell;
            ((HotCell*)self)->HeadAndRelease = (nuint)((HotCell*)self)->Head + 1 + ArrayHead.OneFree;
            bool isInterrupted = RunAt.Access(
                at, () => self->Head.SettleCarry(), () => self->Head.SettleCarry());
            Assert.Equal((true, Overflow), (cell.Lock.IsFree, cell.Head.Frees));
            if (!isInterrupted) return;
        }
        Assert.Fail("So many accesses?");
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(0x7fff_0000_0001UL)]
    [InlineData(0x7fff_8765_4321UL)]
    public void ALockThatIsReallyHeldOrFreeIsLeftAlone(ulong address)
    {
        ulong frame = address == 0 ? 0 : LocalLock.Frame(address & ~7UL, 0x401234);
        foreach (ulong frees in new ulong[] { 0, Overflow - 1 })
        {
            KmemCacheThread cell = Counted(frees);
            cell.Lock.Take(frame);
            cell.Head.SettleCarry();
            Assert.Equal((frame != 0, frees), (cell.Lock.IsHeldBy(frame), cell.Head.Frees));
            Assert.Equal((nuint)frame, ((HotCell*)&cell)->Holder);
        }
    }

    private static KmemCacheThread Counted(ulong frees)
    {
        KmemCacheThread cell = default;
        cell.Head.Prepare(64);
        ((HotCell*)&cell)->Head |= (uint)(frees << 8);
        Assert.Equal(frees, cell.Head.Frees);
        return cell;
    }
}
