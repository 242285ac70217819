// SPDX-License-Identifier: MIT
// gfp_t: the flags of an allocation, with the kernel's values (include/linux/gfp_types.h).

namespace NoLockAlloc.Words;

internal static class Gfp
{
    internal const uint Zero = 0x100;
    internal const uint Account = 0x400000;

    /// <summary>What kmalloc_nolock accepts without a report.</summary>
    internal const uint NolockMask = Zero | Account;
}
