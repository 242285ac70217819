// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using System.Collections.Immutable;

namespace NoLockAlloc.Tests.Interleavings;

/// <summary>What happens before an access, counted through both roles: the other role goes on, or the handler
/// of the one that is about to make it comes.</summary>
internal readonly record struct Turn(int At, bool IsInterrupt)
{
    public override string ToString() => IsInterrupt ? $"handler at {At}" : $"other at {At}";
}

/// <summary>Who begins, and what happens then.</summary>
internal sealed record Schedule(int Starter, ImmutableArray<Turn> Turns)
{
    internal static Schedule StartingWith(int role) => new(role, []);

    internal Schedule Then(int at, bool isInterrupt) => new(Starter, Turns.Add(new Turn(at, isInterrupt)));

    public override string ToString() => $"role {Starter} begins; {string.Join(", ", Turns)}";
}

/// <summary>An access: who makes it, whether the other could notice if it came first, whether the role's
/// handler may come before, and what has happened until then (History).</summary>
internal readonly record struct Step(int Role, bool IsPoint, bool MayInterrupt, ulong Past);

/// <summary>All accesses, and how many there had been when the first role came to its end.</summary>
internal sealed record Course(IReadOnlyList<Step> Steps, int FirstEnd);
