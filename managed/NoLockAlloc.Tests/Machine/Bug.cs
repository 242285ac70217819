// SPDX-License-Identifier: MIT
// The product's own checks: always on here, and a failed one is a failed test.

using System;

namespace NoLockAlloc.Machine;

internal static class Bug
{
    internal static void On(bool condition)
    {
        if (condition) throw new InvalidOperationException("The product's own check failed.");
    }
}
