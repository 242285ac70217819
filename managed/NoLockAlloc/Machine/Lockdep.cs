// SPDX-License-Identifier: MIT
// The default build: locks are not watched. The build option NOLOCKALLOC_LOCKDEP compiles Lockdep/Lockdep.cs
// in this file's place.

namespace NoLockAlloc.Machine;

internal static class Lockdep
{
    /// <summary>Whether Slabs/LockChain.cs checks each lock that is taken and released.</summary>
    internal static bool IsOn => false;
}
