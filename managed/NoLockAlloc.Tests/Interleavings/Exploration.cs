// SPDX-License-Identifier: MIT

using System;
using Xunit.Abstractions;

namespace NoLockAlloc.Tests.Interleavings;

/// <summary>What the explorer has seen: no failure in so many schedules.</summary>
internal readonly record struct Exploration(long Schedules, int Longest, int Preemptions, bool IsExhaustive)
{
    /// <summary>Exhaustive is a pass. Out of budget is neither a pass nor a mistake that was found.</summary>
    internal void Conclude(ITestOutputHelper output)
    {
        output.WriteLine(ToString());
        if (!IsExhaustive) throw new InconclusiveException(ToString());
    }

    public override string ToString() =>
        $"{Schedules} schedules of at most {Preemptions} preemptions and {Longest} accesses, " +
        (IsExhaustive ? "exhaustive" : "NOT exhaustive: out of budget");
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
