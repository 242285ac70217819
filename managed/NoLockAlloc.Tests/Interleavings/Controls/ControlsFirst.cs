// SPDX-License-Identifier: MIT

using System.Linq;

namespace NoLockAlloc.Tests.Interleavings.Controls;

/// <summary>A detector that never fired proves nothing: it is shown all planted bugs before it is believed.
/// </summary>
public sealed class ControlsFirst
{
    public ControlsFirst() => AreCaught = PlantedBugs.All.All(piece => Catch(piece) != null);

    internal bool AreCaught { get; }

    /// <summary>The first schedule that fails, or null.</summary>
    internal static FailedScheduleException Catch(Piece piece)
    {
        try
        {
            Explorer.Explore(() => new Duet(piece), piece.Preemptions);
            return null;
        }
        catch (FailedScheduleException caught)
        {
            return caught;
        }
    }
}
