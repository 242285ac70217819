// SPDX-License-Identifier: MIT

using System.Linq;
using Xunit;
using Xunit.Abstractions;

namespace NoLockAlloc.Tests.Interleavings;

public sealed class AllotmentTests(ITestOutputHelper output)
{
    private double _now = 1000;

    [Fact]
    public void BeyondItsBoundAPieceHasHalfOfItsShareOfWhatIsLeft()
    {
        Allotment all = new(90, pieces: 3, () => _now);
        Assert.Equal(1015, all.Next().Beyond);
        _now = 1010;
        Assert.Equal(1030, all.Next().Beyond);
        _now = 1080;
        Assert.Equal(1085, all.Next().Beyond);
    }

    [Fact]
    public void ToItsBoundAPieceMayTakeAllThatIsLeft()
    {
        Deadline deadline = new Allotment(90, pieces: 3, () => _now).Next();
        _now = 1089;
        Assert.Equal((false, true), (deadline.HasPassed(isBeyond: false), deadline.HasPassed(isBeyond: true)));
        _now = 1090;
        Assert.True(deadline.HasPassed(isBeyond: false));
    }

    [Fact]
    public void WhereNoTimeIsLeftOrMorePiecesComeThanWereSaidNothingBreaks()
    {
        Allotment all = new(1, pieces: 1, () => _now);
        _now = 2000;
        Assert.True(all.Next().HasPassed(isBeyond: false));
        Assert.True(all.Next().HasPassed(isBeyond: true));
    }

    [Fact]
    public void OutOfTimeBeforeTheBoundIsNeitherPassNorFailure()
    {
        Exploration seen = Explore(bound: 2, schedules: 10);
        Assert.Equal((10L, false, true), (seen.Schedules, seen.IsEnough, seen.IsOutOfTime));
        Assert.Contains("out of time", Assert.Throws<InconclusiveException>(() => seen.Conclude(output)).Message);
    }

    [Fact]
    public void OutOfTimeBeyondTheBoundIsSaidToo()
    {
        Exploration seen = Explore(bound: 0, schedules: 10);
        Assert.Equal((10L, true, true), (seen.Schedules, seen.IsEnough, seen.IsOutOfTime));
        Assert.EndsWith("bounded by 0 turns, then out of time", seen.ToString());
    }

    [Theory]
    [InlineData(null, double.MaxValue)]
    [InlineData("", double.MaxValue)]
    [InlineData("many", double.MaxValue)]
    [InlineData("0", 0)]
    [InlineData("62.5", 62.5)]
    public void SecondsAreANumberOrAllThereAre(string text, double seconds) =>
        Assert.Equal(seconds, Settings.SecondsOf(text));

    /// <summary>A second for each schedule.</summary>
    private Exploration Explore(int bound, int schedules)
    {
        double end = _now + schedules;
        Deadline deadline = new(() => _now++, end, end);
        Piece piece = Pieces.All.Single(one => one.Name == "SlabWord: take, take");
        return Explorer.Explore(() => new Duet(piece), bound, budget: 1000, limit: 1000, deadline: deadline);
    }
}
