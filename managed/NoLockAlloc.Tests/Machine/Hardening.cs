// SPDX-License-Identifier: MIT
// The product swaps a file for NOLOCKALLOC_HARDENED; here a test chooses.

namespace NoLockAlloc.Machine;

internal static class Hardening
{
    internal static bool IsOn { get; set; }
}
