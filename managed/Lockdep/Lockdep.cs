// SPDX-License-Identifier: MIT
// Compiled in place of Machine/Lockdep.cs by the build option NOLOCKALLOC_LOCKDEP: every lock that is taken and
// released is checked, and no call takes a fast path, which could not be watched.

namespace NoLockAlloc.Machine;

internal static class Lockdep
{
    /// <summary>Whether Slabs/LockChain.cs checks each lock that is taken and released.</summary>
    internal static bool IsOn => true;
}
