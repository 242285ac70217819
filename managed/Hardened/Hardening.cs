// SPDX-License-Identifier: MIT
// Compiled in place of Machine/Hardening.cs by the build option NOLOCKALLOC_HARDENED: every free of a free
// object is seen at once, for one atomic operation more in each call.

namespace NoLockAlloc.Machine;

internal static class Hardening
{
    /// <summary>Whether each object has a second bit that tells whether the program owns it.</summary>
    internal static bool IsOn => true;
}
