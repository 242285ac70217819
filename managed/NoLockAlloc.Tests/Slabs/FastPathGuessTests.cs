// SPDX-License-Identifier: MIT
// The cell that the fast path of a free guesses for the object that was handed out last: whatever stands in the
// two words, the object goes to the cell of its own slab.

using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed unsafe class FastPathGuessTests
{
    [Fact]
    public void TheObjectHandedOutLastIsRemembered()
    {
        using FreshWorld world = new();
        WarmUp(world, 64);
        nuint address = world.Thread.Alloc(64);
        Assert.Equal(address, (nuint)world.Thread.Block->LastObject.Get());
    }

    [Fact]
    public void AWrongGuessIsCorrectedAndTheObjectGoesToItsOwnCell()
    {
        using FreshWorld world = new();
        WarmUp(world, 64);
        WarmUp(world, 128);
        KmemCacheThread* cell = world.Thread.CellFor(64);
        KmemCacheThread* other = world.Thread.CellFor(128);
        (ulong before, ulong untouched) = (cell->Head.Get(), other->Head.Get());

        nuint address = world.Thread.Alloc(64);
        world.Thread.Block->LastCell.Set(WordsOf(other));
        world.Thread.Free(address);

        Assert.Equal((before, untouched), (cell->Head.Get(), other->Head.Get()));
        Assert.Equal(WordsOf(cell), world.Thread.Block->LastCell.Get());
        Assert.Equal(address, world.Thread.Alloc(64));
    }

    /// <summary>A handler's allocation between another one and its free leaves the words like this.</summary>
    [Fact]
    public void TheGuessIsNotAskedForAnotherObject()
    {
        using FreshWorld world = new();
        WarmUp(world, 64);
        WarmUp(world, 128);
        KmemCacheThread* cell = world.Thread.CellFor(64);
        ulong before = cell->Head.Get();

        nuint address = world.Thread.Alloc(64);
        nuint later = world.Thread.Alloc(128);
        world.Thread.Block->LastCell.Set(WordsOf(world.Thread.CellFor(128)));
        world.Thread.Free(address);
        world.Thread.Free(later);

        Assert.Equal(before, cell->Head.Get());
        Assert.Equal(address, world.Thread.Alloc(64));
        Assert.Equal(later, world.Thread.Alloc(128));
    }

    [Fact]
    public void NullIsNoObjectThoughNothingWasHandedOutYet()
    {
        using FreshWorld world = new();
        Assert.Equal(0UL, world.Thread.Block->LastObject.Get());
        world.Thread.Free(0);
        Assert.Equal(0UL, world.Thread.Block->LastCell.Get());
    }

    [Fact]
    public void AThreadBeginsWithoutTheGuessOfTheOneBefore()
    {
        using FreshWorld world = new();
        FakeThread one = world.NewThread();
        for (int i = 0; i < 3; i++) one.Free(one.Alloc(64));
        (ulong id, ulong guess) = (one.Id, one.Block->LastCell.Get());
        Assert.NotEqual(0UL, guess);
        one.Exit();

        FakeThread next = world.NewThread();
        next.Alloc(1024);
        Assert.Equal(id, next.Id);
        Assert.NotEqual(guess, next.Block->LastCell.Get());
    }

    private static void WarmUp(FreshWorld world, nuint size) => world.Thread.Free(world.Thread.Alloc(size));

    private static ulong WordsOf(KmemCacheThread* cell) => (ulong)cell->Bucket * KmemCacheThread.CellWords;
}
