// SPDX-License-Identifier: MIT

using System;

namespace NoLockAlloc.Tests.World;

/// <summary>The product ended the process.</summary>
public sealed class ProcessAborted : Exception
{
}
