// SPDX-License-Identifier: MIT
// For arm64, in the place of Slabs/HotHolder.cs: not volatile, since stlr faults at an address that is no
// multiple of 8. The store must stay between the ordered loads of IsHeld and of Head, which the compiler leaves
// where they are, and it moves no store past them. The test arm64.accesses reads in the machine code that it
// did not. An interrupt in its middle: Arm64/UnalignedWord.cs.

using System.Runtime.InteropServices;

namespace NoLockAlloc.Slabs;

internal unsafe partial struct HotCell
{
    [FieldOffset(0x04)] internal nuint Holder;
}
