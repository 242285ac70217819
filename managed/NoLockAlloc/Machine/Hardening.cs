// SPDX-License-Identifier: MIT
// The default build: a free of a free object is seen where the slab layer sees it. The build option
// NOLOCKALLOC_HARDENED compiles Hardened/Hardening.cs in this file's place.

namespace NoLockAlloc.Machine;

internal static class Hardening
{
    /// <summary>Whether each object has a second bit that tells whether the program owns it.</summary>
    internal static bool IsOn => false;
}
