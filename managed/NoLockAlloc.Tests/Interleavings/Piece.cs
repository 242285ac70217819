// SPDX-License-Identifier: MIT

using System;
using NoLockAlloc.Tests.Abandonment;

namespace NoLockAlloc.Tests.Interleavings;

/// <summary>A play by name: what happens before, and what each thread does.</summary>
internal sealed record Piece(string Name, Action<Scene> Prepare, Action<Scene> First, Action<Scene> Second)
{
    internal nuint Blocks { get; init; } = 4;

    internal nuint Threads { get; init; } = 3;

    /// <summary>Turns, at least: preemptions, and handlers that come. Long pieces have fewer, and those where
    /// a mistake was found with more have more.</summary>
    internal int Preemptions { get; init; } = Settings.Preemptions;

    /// <summary>Comes once in the middle of what the thread does, on the same thread; null: never.</summary>
    internal Action<Scene> FirstHandler { get; init; }

    internal Action<Scene> SecondHandler { get; init; }

    /// <summary>False: who comes first makes it, for 16 blocks.</summary>
    internal bool HasArena { get; init; } = true;

    internal nuint Size { get; init; } = 4096;

    public override string ToString() => Name;
}
