// SPDX-License-Identifier: MIT
// xunit's Assert.Equal takes longer than most of what is checked here, even where all is well: it is for what is
// looked at now and then. This is for what is looked at after each interruption.

using Xunit;

namespace NoLockAlloc.Tests.World;

internal static class Expect
{
    internal static void Equal(ulong expected, ulong actual)
    {
        if (expected != actual) Assert.Equal(expected, actual);
    }

    internal static void InRange(int actual, int low, int high)
    {
        if (actual < low || actual > high) Assert.InRange(actual, low, high);
    }
}
