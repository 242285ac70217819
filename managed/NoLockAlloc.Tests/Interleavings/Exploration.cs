// SPDX-License-Identifier: MIT

using System;
using Xunit.Abstractions;

namespace NoLockAlloc.Tests.Interleavings;

/// <summary>What the explorer has seen: no failure in so many schedules, which are all that have at most so
/// many turns, or simply all.</summary>
internal readonly record struct Exploration(
    long Schedules, int Longest, int Turns, int Bound, bool IsAll, bool IsOutOfTime)
{
    /// <summary>Less than the bound is neither a pass nor a mistake that was found.</summary>
    internal bool IsEnough => IsAll || Turns >= Bound;

    internal void Conclude(ITestOutputHelper output)
    {
        output.WriteLine(ToString());
        if (!IsEnough) throw new InconclusiveException(ToString());
    }

    public override string ToString() =>
        $"{Schedules} schedules of at most {Longest} accesses, " +
        (IsAll ? "exhaustive" : $"{Extent}out of {Lacks}");

    private string Extent => Turns < 0 ? "" : $"bounded by {Turns} turns, {(IsEnough ? "then " : "")}";

    private string Lacks => IsOutOfTime ? "time" : "budget";
}

/// <summary>Out of budget: nothing is known.</summary>
public sealed class InconclusiveException(string message) : Exception(message)
{
}

/// <summary>A schedule after which something is wrong.</summary>
public sealed class FailedScheduleException : Exception
{
    internal FailedScheduleException(Schedule schedule, Exception error)
        : base($"{schedule}: {error.Message}", error) => Schedule = schedule;

    internal Schedule Schedule { get; }
}
