// SPDX-License-Identifier: MIT
// The malloc library, in place of NoLockAlloc/Pages/Product.cs.

namespace NoLockAlloc.Pages;

internal static class Product
{
    /// <summary>Address space to reserve unless the options say otherwise: 512 GiB, for a whole program.
    /// </summary>
    internal const int DefaultArenaShift = 39;

    /// <summary>So many idle blocks stay warm: 32 MiB. Whoever replaces objects of a few hundred KiB by
    /// others would have their pages faulted in again and again with less.</summary>
    internal const ulong WarmBlocks = 512;

    /// <summary>The table of mappings (Mappings.cs).</summary>
    internal const nuint TableBytes = Mappings.TableBytes;

    /// <summary>Words for the references of pages: nobody has any.</summary>
    internal const nuint PageWords = 0;

    /// <summary>Whose objects the reports speak of.</summary>
    internal static System.ReadOnlySpan<byte> Name => "malloc()"u8;
}
