// SPDX-License-Identifier: MIT
// What was explored, as lines of JSON for the report of the proof, where it asks for them.

using System;
using System.IO;

namespace NoLockAlloc.Tests.Interleavings;

internal static class ScheduleReport
{
    /// <summary>Explore, and write down what came of it.</summary>
    internal static Exploration Of(Piece piece, Func<Exploration> explore)
    {
        Exploration seen = default;
        bool isDone = false;
        try
        {
            seen = explore();
            isDone = true;
        }
        finally
        {
            Append(piece.Name, seen, failures: isDone ? 0 : 1);
        }
        return seen;
    }

    private static void Append(string protocol, Exploration seen, int failures)
    {
        if (Settings.SchedulesReport == null) return;
        string all = Json(seen.IsAll), enough = Json(seen.IsEnough), late = Json(seen.IsOutOfTime);
        File.AppendAllText(Settings.SchedulesReport,
            $"{{\"check\":\"schedules\",\"protocol\":\"{protocol}\",\"runs\":{seen.Schedules}," +
            $"\"turns\":{seen.Turns},\"exhaustive\":{all},\"enough\":{enough},\"late\":{late}," +
            $"\"failures\":{failures}}}\n");
    }

    private static string Json(bool value) => value ? "true" : "false";
}
