// SPDX-License-Identifier: MIT
// gfp_t: the flags of an allocation, with the kernel's values (include/linux/gfp_types.h).

namespace NoLockAlloc.Words;

internal static class Gfp
{
    internal const uint High = 0x20;
    internal const uint Zero = 0x100;
    internal const uint DirectReclaim = 0x400;
    internal const uint NoWarn = 0x2000;
    internal const uint ThisNode = 0x200000;
    internal const uint Account = 0x400000;

    /// <summary>GFP_KERNEL.</summary>
    internal const uint Kernel = DirectReclaim | 0x800 | 0x80 | 0x40;

    /// <summary>What kmalloc_nolock accepts without a report.</summary>
    internal const uint NolockMask = Zero | Account;

    /// <summary>What the allocations of normal context report and ignore: memory of a zone (__GFP_DMA,
    /// __GFP_HIGHMEM, __GFP_DMA32), __GFP_NOFAIL, which would wait, and bits that are none of the kernel's.
    /// </summary>
    internal const uint Ignored = 0x1 | 0x2 | 0x4 | 0x8000 | ~0x3ffffffu;

    /// <summary>What an allocation of normal context does not do on its fast path.</summary>
    internal const uint Unusual = Zero | ThisNode | Account | Ignored;
}
