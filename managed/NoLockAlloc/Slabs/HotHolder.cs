// SPDX-License-Identifier: MIT
// The one word of a HotCell that lies at no multiple of its size. For arm64 the build takes
// Arm64/HotHolder.cs.

using System.Runtime.InteropServices;

namespace NoLockAlloc.Slabs;

internal unsafe partial struct HotCell
{
    [FieldOffset(0x04)] internal volatile nuint Holder;
}
