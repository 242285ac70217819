// SPDX-License-Identifier: MIT
// The explorer catches what it has to catch, needs a preemption for it, and says when it knows nothing.

using System.Collections.Generic;
using System.Linq;
using Xunit;
using Xunit.Abstractions;

namespace NoLockAlloc.Tests.Interleavings.Controls;

public sealed class ControlTests(ITestOutputHelper output)
{
    public static IEnumerable<object[]> Names() =>
        PlantedBugs.All.Select(piece => new object[] { piece.Name });

    [Theory]
    [MemberData(nameof(Names))]
    public void APlantedBugIsCaught(string name)
    {
        FailedScheduleException caught = ControlsFirst.Catch(Named(name));
        Assert.NotNull(caught);
        Assert.NotEmpty(caught.Schedule.Turns);
        output.WriteLine(caught.Message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void APlantedBugIsNotSeenWithoutPreemptions(string name)
    {
        Piece piece = Named(name);
        Exploration seen = Explorer.Explore(() => new Duet(piece), bound: 0, budget: 0, limit: 10, most: 0);
        Assert.Equal((2L, true), (seen.Schedules, seen.IsEnough));
    }

    [Fact]
    public void AFailureCanBeRepeated()
    {
        Piece piece = PlantedBugs.All[0];
        FailedScheduleException first = ControlsFirst.Catch(piece);
        using Stage stage = new();
        using Duet duet = new(piece);
        stage.Run(duet, first.Schedule);
        Assert.NotNull(Record.Exception(() => duet.Check(number: 1)));
    }

    [Fact]
    public void OutOfBudgetIsNeitherPassNorFailure()
    {
        Piece piece = Pieces.All[0];
        Exploration seen = Explorer.Explore(() => new Duet(piece), bound: 2, budget: 10, limit: 10);
        Assert.Equal((10L, false), (seen.Schedules, seen.IsEnough));
        Assert.Throws<InconclusiveException>(() => seen.Conclude(output));
    }

    private static Piece Named(string name) => PlantedBugs.All.Single(piece => piece.Name == name);
}
