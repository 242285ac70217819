// SPDX-License-Identifier: MIT
// Who calls: what a track and a report say of a call.

using NoLockAlloc.Slabs;

namespace NoLockAlloc.Debug;

internal readonly unsafe struct DebugCall(ThreadState* self, ulong frame)
{
    /// <summary>The thread's block, or null.</summary>
    internal ThreadState* Self => self;

    internal ulong Frame => frame;
}
