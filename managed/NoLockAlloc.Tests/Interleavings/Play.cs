// SPDX-License-Identifier: MIT
// What two threads do at once, from its beginning to its end. The explorer makes it anew for each schedule.

using System;
using NoLockAlloc.Machine;

namespace NoLockAlloc.Tests.Interleavings;

internal abstract class Play : IDisposable
{
    internal const int Roles = 2;

    /// <summary>The part of role 0 or 1.</summary>
    internal abstract void Act(int role);

    /// <summary>What must be true once both have come to their ends, in whatever order they went. number: of
    /// the schedule, from 1; what costs much need not be looked at after each.</summary>
    internal abstract void Check(long number);

    /// <summary>Whether another thread could notice, or cause a difference, before this access.</summary>
    internal virtual bool IsPoint(Access access, nuint address) => true;

    public virtual void Dispose()
    {
    }
}
