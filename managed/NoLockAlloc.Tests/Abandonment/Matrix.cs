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

    /// <summary>1: every access. Otherwise every so many, which the environment can change.</summary>
    internal static int Stride { get; } =
        Environment.GetEnvironmentVariable("NOLOCKALLOC_TESTS") == "all" ? 1 : 3;

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
