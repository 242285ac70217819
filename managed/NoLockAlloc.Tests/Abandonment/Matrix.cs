// SPDX-License-Identifier: MIT
// Scenarios times sizes, and the place of a failure in its message.

using System;
using System.Collections.Generic;

namespace NoLockAlloc.Tests.Abandonment;

internal static class Matrix
{
    internal static IEnumerable<object[]> Of(params int[] sizes)
    {
        foreach (int size in sizes)
        {
            foreach (Scenario scenario in Scenarios.All)
            {
                yield return [scenario.Name, size];
            }
        }
    }

    /// <summary>NOLOCKALLOC_TESTS=all: every access, not only some.</summary>
    internal static bool IsAll { get; } = Environment.GetEnvironmentVariable("NOLOCKALLOC_TESTS") == "all";

    /// <summary>Of how many accesses one is abandoned, and one is intruded upon. Both are prime, so that the
    /// turns of a loop are met at different places.</summary>
    internal static int StrideOfAbandonments { get; } = IsAll ? 1 : 3;

    internal static int StrideOfIntrusions { get; } = IsAll ? 1 : 13;

    internal static void Check(int at, string what, Action check)
    {
        try
        {
            check();
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{what} at access {at}: {error.Message}", error);
        }
    }
}
