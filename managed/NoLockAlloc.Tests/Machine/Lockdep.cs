// SPDX-License-Identifier: MIT
// The product swaps a file for NOLOCKALLOC_LOCKDEP; here a test chooses.

namespace NoLockAlloc.Machine;

internal static class Lockdep
{
    internal static bool IsOn { get; set; }
}
