// SPDX-License-Identifier: MIT
// Time for the explorer. To its bound each piece may go for as long as there is time for any; beyond it, for half
// of its share of what is left, so that a long one that comes late finds enough.

using System;
using System.Diagnostics;

namespace NoLockAlloc.Tests.Interleavings;

/// <summary>For so many pieces, one after the other. now: seconds, since whenever.</summary>
internal sealed class Allotment(double seconds, int pieces, Func<double> now)
{
    private readonly double _end = now() + seconds;
    private int _left = pieces;

    /// <summary>What NOLOCKALLOC_SCHEDULES_SECONDS gives to all pieces together, from now on.</summary>
    internal static Allotment OfThisRun { get; } =
        new(Settings.ScheduleSeconds, Pieces.All.Length, () => Stopwatch.GetElapsedTime(0).TotalSeconds);

    /// <summary>Of the piece that begins now.</summary>
    internal Deadline Next()
    {
        double begin = now();
        double share = Math.Max(_end - begin, 0) / Math.Max(_left--, 1) / 2;
        return new Deadline(now, _end, begin + share);
    }
}

/// <summary>Until when a piece may go on to its bound, and until when beyond it.</summary>
internal sealed record Deadline(Func<double> Now, double ToTheBound, double Beyond)
{
    internal static Deadline Never { get; } = new(() => 0, double.MaxValue, double.MaxValue);

    internal bool HasPassed(bool isBeyond) => Now() >= (isBeyond ? Beyond : ToTheBound);
}
