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

    /// <summary>Of how many accesses one is looked at. It is prime, so that the turns of a loop are met at
    /// different places; where the same call is looked at in several ways, each begins at another access.
    /// </summary>
    internal static int Stride { get; } = Settings.IsAll ? 1 : 5;

    /// <summary>The first access to look at in the way of that number.</summary>
    internal static int FirstOf(int way) => way % Stride;

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
