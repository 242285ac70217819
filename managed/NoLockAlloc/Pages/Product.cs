// SPDX-License-Identifier: MIT
// What one product of these sources is and another is not, besides its sizes (Sizes.cs). The malloc library
// compiles ../Malloc/Pages/ in place of both files.

namespace NoLockAlloc.Pages;

internal static class Product
{
    /// <summary>Address space to reserve unless the options say otherwise: 64 GiB.</summary>
    internal const int DefaultArenaShift = 36;

    /// <summary>So many idle blocks stay warm: 4 MiB.</summary>
    internal const ulong WarmBlocks = 64;

    /// <summary>Bytes of a table of the product's own, out of band: none here.</summary>
    internal const nuint TableBytes = 0;

    /// <summary>Words for the references of pages, a block.</summary>
    internal const nuint PageWords = 16;

    /// <summary>Whose objects the reports speak of.</summary>
    internal static System.ReadOnlySpan<byte> Name => "kmalloc_nolock()"u8;
}
