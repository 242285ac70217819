// SPDX-License-Identifier: MIT
// BUG_ON (include/linux/bug.h): what must be true, checked in the preset dev and in the tests, and gone in
// what is installed.

using System.Diagnostics;

namespace NoLockAlloc.Machine;

internal static class Bug
{
    /// <summary>End the process if the condition holds.</summary>
    [Conditional("DEBUG")]
    internal static void On(bool condition)
    {
        if (condition) Os.Abort();
    }
}
