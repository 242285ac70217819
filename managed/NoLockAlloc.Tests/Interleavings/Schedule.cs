// SPDX-License-Identifier: MIT

using System.Collections.Immutable;

namespace NoLockAlloc.Tests.Interleavings;

/// <summary>Who begins, and before which accesses, counted through both roles, the other goes on.</summary>
internal sealed record Schedule(int Starter, ImmutableArray<int> Switches)
{
    internal static Schedule StartingWith(int role) => new(role, []);

    internal Schedule Then(int at) => new(Starter, Switches.Add(at));

    public override string ToString() =>
        $"role {Starter} begins, the other goes on before accesses [{string.Join(", ", Switches)}]";
}

/// <summary>How many accesses there were in all, and when the first role had come to its end.</summary>
internal readonly record struct Course(int Accesses, int FirstEnd);
