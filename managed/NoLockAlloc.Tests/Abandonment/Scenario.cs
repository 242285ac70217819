// SPDX-License-Identifier: MIT

using System;

namespace NoLockAlloc.Tests.Abandonment;

/// <summary>A call, and what has to happen before so that it takes a certain path.</summary>
internal sealed record Scenario(string Name, Action<Scene> Prepare, Action<Scene> Act, uint Threads = 4);
