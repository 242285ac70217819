// SPDX-License-Identifier: MIT
// The reservation in which lies what is known of the objects of debug caches: DebugLayout.EntryBytes for each
// object that there could be from block First on. Made together with the arena if an option asks for debug
// caches, or else with the first cache that is created with flags of debugging, by kmem_cache_create().
//
// STATE       DebugTable: the address, or 0.
// WRITERS     who makes the arena or a cache.
// TRANSITIONS 0 -> address, once, by compare-exchange. Who comes second gives his own reservation back.
// ORDER       the exchange comes before the cache is Live: who finds a debug cache finds the table.
// REENTRY     a handler that finds 0 reserves one itself. A call that is abandoned with one in hand loses
//             that address space: the next one finds 0 again, or a table.
// CHECKED BY  CacheDebugTests

using NoLockAlloc.Machine;

namespace NoLockAlloc.Pages;

internal static unsafe class DebugTable
{
    private const nuint PageBytes = 4096;

    /// <summary>False: the address space was refused.</summary>
    internal static bool TryEnsure(ArenaHeader* header)
    {
        if (header->DebugTable.Load() != 0) return true;
        nuint made = Os.Reserve(BytesOf(header), PageBytes);
        if (made == 0) return header->DebugTable.Load() != 0;
        if (!header->DebugTable.TryReplace(0, made)) Os.Release(made, BytesOf(header));
        return true;
    }

    /// <summary>The entries of a block's objects.</summary>
    internal static nuint At(nuint block) =>
        (nuint)Arena.Header->DebugTable.Load() +
            (block - Arena.Header->First) * DebugLayout.TableBytesPerBlock;

    /// <summary>The arena is about to go.</summary>
    internal static void Release(ArenaHeader* header)
    {
        nuint table = (nuint)header->DebugTable.Load();
        if (table != 0) Os.Release(table, BytesOf(header));
    }

    private static nuint BytesOf(ArenaHeader* header) =>
        (header->Blocks - header->First) * DebugLayout.TableBytesPerBlock;
}
