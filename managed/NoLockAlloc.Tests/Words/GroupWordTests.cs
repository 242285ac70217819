// SPDX-License-Identifier: MIT

using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed class GroupWordTests
{
    [Fact]
    public void AGroupIsBornWithOneHolderAndTheNextGeneration()
    {
        GroupWord born = new GroupWord(0).Born();
        Assert.Equal((1UL, 1UL, 0UL, false), (born.Generation, born.Holders, born.Objects, born.IsFree));
        GroupWord ended = new(born.Value - GroupWord.OneHolder);
        Assert.True(ended.IsFree);
        Assert.Equal(2UL, ended.Born().Generation);
    }

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(1, 0, false)]
    [InlineData(0, 0, true)]
    public void ItIsFreeOnceItHasNeitherHoldersNorObjects(ulong holders, ulong objects, bool isFree) =>
        Assert.Equal(isFree, Make(holders, objects).IsFree);

    [Fact]
    public void HoldersAndObjectsDoNotRunIntoEachOther()
    {
        GroupWord full = Make(0xffff, 0xffffffff);
        Assert.Equal((0xffffUL, 0xffffffffUL, 7UL), (full.Holders, full.Objects, full.Generation));
        Assert.False(full.HasRoomForHolder || full.HasRoomForObject);
        GroupWord nearly = Make(0xfffe, 0xfffffffe);
        Assert.True(nearly.HasRoomForHolder && nearly.HasRoomForObject);
    }

    [Fact]
    public void TheLastGenerationIsFollowedByTheFirst() =>
        Assert.Equal((0UL, 1UL), (new GroupWord(0xffffUL << 48).Born().Generation,
            new GroupWord(0xffffUL << 48).Born().Holders));

    private static GroupWord Make(ulong holders, ulong objects) => new(7UL << 48 | holders << 32 | objects);
}
