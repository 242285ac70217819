// SPDX-License-Identifier: MIT
// Accounting by every schedule of at most two preemptions, and the planted bugs that the explorer must find.

using System.Collections.Generic;
using System.Linq;
using Xunit;
using Xunit.Abstractions;

namespace NoLockAlloc.Tests.Interleavings;

public sealed class AccountedPieceTests(ITestOutputHelper output)
{
    private const int Preemptions = 2;

    public static IEnumerable<object[]> Names() => NamesOf(AccountedPieces.All);

    public static IEnumerable<object[]> PlantedNames() => NamesOf(AccountedPieces.Planted);

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryScheduleEndsWell(string name)
    {
        AccountedPiece piece = AccountedPieces.All.Single(one => one.Name == name);
        Explorer.Explore(() => new AccountedPlay(piece), Preemptions).Conclude(output);
    }

    [Theory]
    [MemberData(nameof(PlantedNames))]
    public void APlantedBugIsCaught(string name)
    {
        AccountedPiece piece = AccountedPieces.Planted.Single(one => one.Name == name);
        Exploration without = Explorer.Explore(
            () => new AccountedPlay(piece), bound: 0, budget: 0, limit: 10, most: 0);
        Assert.Equal(2, without.Schedules);
        FailedScheduleException caught = Assert.Throws<FailedScheduleException>(
            () => Explorer.Explore(() => new AccountedPlay(piece), Preemptions));
        output.WriteLine(caught.Message);
    }

    private static IEnumerable<object[]> NamesOf(AccountedPiece[] pieces) =>
        pieces.Select(piece => new object[] { piece.Name });
}
