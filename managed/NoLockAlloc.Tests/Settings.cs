// SPDX-License-Identifier: MIT
// The product has one static word, so that tests run one after the other. And what the environment asks of them:
//
// NOLOCKALLOC_TESTS             all: everything everywhere; otherwise some of it, chosen by counting
// NOLOCKALLOC_PREEMPTIONS       turns of the explorer; 1 in the test suite
// NOLOCKALLOC_SCHEDULES         how many schedules of a piece with more turns than that
// NOLOCKALLOC_SCHEDULES_SECONDS for all pieces together
// NOLOCKALLOC_SCHEDULES_REPORT  a file for what the explorer has done, as lines of JSON

using System;
using System.Globalization;
using System.Runtime.CompilerServices;
using Xunit;

[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: DisableRuntimeMarshalling]

namespace NoLockAlloc.Tests;

internal static class Settings
{
    internal static bool IsAll { get; } = Text("NOLOCKALLOC_TESTS") == "all";

    internal static int Preemptions { get; } = Number("NOLOCKALLOC_PREEMPTIONS", 2);

    internal static int Schedules { get; } = Number("NOLOCKALLOC_SCHEDULES", 400);

    internal static double ScheduleSeconds { get; } = SecondsOf(Text("NOLOCKALLOC_SCHEDULES_SECONDS"));

    internal static string SchedulesReport { get; } = Text("NOLOCKALLOC_SCHEDULES_REPORT");

    /// <summary>No number: without end.</summary>
    internal static double SecondsOf(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double value) ? value : double.MaxValue;

    private static string Text(string name) => Environment.GetEnvironmentVariable(name);

    private static int Number(string name, int otherwise) =>
        int.TryParse(Text(name), out int value) ? value : otherwise;
}
