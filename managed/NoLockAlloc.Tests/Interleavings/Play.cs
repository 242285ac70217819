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

    /// <summary>Whether a handler may come once in that role.</summary>
    internal virtual bool HasHandler(int role) => false;

    internal bool HasHandlers => HasHandler(0) || HasHandler(1);

    /// <summary>What it does, on the role's thread.</summary>
    internal virtual void Interrupt(int role)
    {
    }

    /// <summary>What must be true once both have come to their ends, in whatever order they went. number: of
    /// the schedule, from 1; what costs much need not be looked at after each.</summary>
    internal abstract void Check(long number);

    /// <summary>Whether another thread could notice, or cause a difference, before this access.</summary>
    internal virtual bool IsPoint(Access access, nuint address) => true;

    /// <summary>A number for the address that is the same in each run.</summary>
    internal virtual nuint PlaceOf(nuint address) => address;

    public virtual void Dispose()
    {
    }
}
