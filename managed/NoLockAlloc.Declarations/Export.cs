// SPDX-License-Identifier: MIT
// One exported function, as C sees it.

using System.Collections.Generic;

namespace NoLockAlloc.Declarations;

/// <summary>Its declaration, and the C code that it wants in front of all of them.</summary>
internal sealed record Export(string Declaration, IReadOnlyList<string> Code);
