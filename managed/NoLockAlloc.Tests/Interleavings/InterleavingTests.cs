// SPDX-License-Identifier: MIT
// Two threads in the real code of the product, and handlers on them, by every schedule, or by every one of at
// most so many turns, as each says. That the explorer finds planted bugs is seen first: otherwise nothing here passes.

using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Tests.Interleavings.Controls;
using Xunit;
using Xunit.Abstractions;

namespace NoLockAlloc.Tests.Interleavings;

public sealed class InterleavingTests(ControlsFirst controls, ITestOutputHelper output)
    : IClassFixture<ControlsFirst>
{
    public static IEnumerable<object[]> Names() => Pieces.All.Select(piece => new object[] { piece.Name });

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryScheduleEndsWell(string name)
    {
        Assert.True(controls.AreCaught);
        Piece piece = Pieces.All.Single(piece => piece.Name == name);
        Deadline deadline = Allotment.OfThisRun.Next();
        ScheduleReport.Of(piece, () => Explorer.Explore(() => new Duet(piece), piece.Preemptions, deadline))
            .Conclude(output);
    }
}
