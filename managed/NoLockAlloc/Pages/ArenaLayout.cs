// SPDX-License-Identifier: MIT
// Where in the arena each out-of-band table lies.

using NoLockAlloc.Machine;
using NoLockAlloc.Words;

namespace NoLockAlloc.Pages;

internal static unsafe class ArenaLayout
{
    /// <summary>What higher floors keep per arena, in bytes; the tests compare.</summary>
    internal const nuint CellBytes = 1408;
    internal const nuint CacheBytes = 256;
    internal const nuint BarnBytes = 16 * 64 * 9;

    internal const nuint GroupBytes = 64;
    internal const nuint TagBytes = 256;

    /// <summary>From one thread block to the next: no multiple of a page, so that the same cells of
    /// different threads do not pile up in one cache set.</summary>
    internal const nuint ThreadBlockBytes = Sizes.Caches == Sizes.Buckets
        ? Sizes.ThreadBlockBytes
        : (Sizes.Caches + 1) * CellBytes;

    /// <summary>A map for each cache's partial list, and map 0 for free blocks.</summary>
    internal const nuint Maps = Sizes.Caches + 1;

    /// <summary>Only caches that are no buckets have constructors.</summary>
    private const nuint ConstructedTables = Sizes.Caches == Sizes.Buckets ? 0 : 1;

    /// <summary>Thread blocks beyond the threads', for visits: whoever has no block, or cannot use his own,
    /// reclaims by one of these when all others are owned.</summary>
    internal const nuint SpareThreads = 16;

    /// <summary>A group for each four blocks, within these bounds, and four call sites a group.</summary>
    private const nuint BlocksPerGroup = 4;
    private const nuint FewestGroups = 64;
    private const nuint MostGroups = 4096;
    private const nuint TagsPerGroup = 4;

    /// <summary>Where there are no caches but the buckets no object has an extension.</summary>
    private const bool HasExtensions = Sizes.Caches != Sizes.Buckets;

    private const nuint PageBytes = 4096;

    /// <summary>Reserve an arena that can give out so many blocks, and write its header. 0 if refused.
    /// </summary>
    internal static nuint TryReserve(nuint usable, in Options options)
    {
        nuint first = FirstFor(usable, options.Threads);
        nuint blocks = first + usable;
        nuint at = Os.Reserve(blocks << Arena.BlockShift, Arena.Alignment);
        if (at == 0) return 0;

        ArenaHeader* header = (ArenaHeader*)at;
        nuint end = Place(header, at, blocks, options.Threads);
        header->Blocks = blocks;
        header->First = first;
        header->AbortOnReport = options.Abort;
        header->IsPreemptRt = options.PreemptRt;
        header->IsSlubTiny = options.SlubTiny;
        header->CacheFlags = options.CacheFlagsOfAll;
        if (end > at + (first << Arena.BlockShift)) Os.Abort();
        header->ForksByNumber = Os.WipeOnFork((nuint)header->ForkStamp, PageBytes) != 0;
        header->ForkStamp->Store(1);
        header->Forks.Store(1);
        header->Failslab = options.Failslab;
        header->HighCache.Store(Sizes.Buckets);
        Seal(HintMapAt(header, 0), blocks);
        Nodes.SetUp(header, at, options.NodeCount);
        if (TryPrepareDebugging(header, options)) return at;
        Release(at);
        return 0;
    }

    /// <summary>Undo TryReserve.</summary>
    internal static void Release(nuint at)
    {
        ArenaHeader* header = (ArenaHeader*)at;
        nuint table = header->DebugTable;
        if (table != 0) Os.Release(table, DebugTableBytes(header));
        Os.Release(at, header->Blocks << Arena.BlockShift);
    }

    /// <summary>False: there is no room for the debug caches' table.</summary>
    private static bool TryPrepareDebugging(ArenaHeader* header, in Options options)
    {
        if (options.SlubDebugAt == null) header->SlubDebugText = null;
        if (options.SlubDebugAt == null && !options.Leaks) return true;
        header->ReportLeaks = options.Leaks;
        for (byte* from = options.SlubDebugAt; from != options.SlubDebugEnd; from++)
        {
            if (header->SlubDebugBytes == PageBytes) break;
            header->SlubDebugText[header->SlubDebugBytes++] = *from;
        }
        for (int bucket = 1; bucket <= Sizes.Buckets; bucket++)
        {
            CacheName name = CacheName.OfBucket(bucket);
            uint flags = header->Debugging.FlagsOf(&name.First, name.Length);
            flags = DebugLayout.WithoutHigherOrder((uint)Sizes.Of(bucket), flags);
            if ((flags & SlubDebug.Any) != 0) header->SetDebugFlags(bucket, flags);
        }
        header->DebugTable = Os.Reserve(DebugTableBytes(header), PageBytes);
        return header->DebugTable != 0;
    }

    private static nuint DebugTableBytes(ArenaHeader* header) =>
        (header->Blocks - header->First) * DebugLayout.TableBytesPerBlock;

    internal static HintMap HintMapAt(ArenaHeader* header, nuint map) =>
        HintMap.At(header->HintMaps + map * HintMap.BytesFor(header->Blocks), header->Blocks, map == 0);

    /// <summary>The free map starts full; what lies above the last block is taken out for ever.</summary>
    private static void Seal(HintMap free, nuint blocks)
    {
        for (nuint block = blocks; block % 64 != 0; block++)
        {
            free.Remove(block);
        }
    }

    private static nuint FirstFor(nuint usable, nuint threads)
    {
        // One block more than the tables need stays unused, so that an underrun of the first object of the
        // arena reaches no table. The first begins a word of the free map: which runs a small arena has room
        // for does not depend on how large its tables are.
        nuint first = 1;
        while (true)
        {
            ArenaHeader trial = default;
            nuint end = Place(&trial, 0, first + usable, threads);
            nuint needed = ((end >> Arena.BlockShift) + 2 + HintMap.Bits - 1) & ~(nuint)(HintMap.Bits - 1);
            if (needed <= first) return first;
            first = needed;
        }
    }

    private static nuint Place(ArenaHeader* header, nuint at, nuint blocks, nuint threads)
    {
        header->Blocks = blocks;
        header->Threads = threads;
        nuint threadBlocks = threads + SpareThreads;
        nuint next = at + RoundUp(ArenaHeader.Bytes + blocks * sizeof(ulong));
        header->ForkStamp = (SharedWord*)next;
        next += PageBytes;
        header->ThreadWords = (SharedWord*)next;
        next += RoundUp(threadBlocks * sizeof(ulong));
        header->HintMaps = next;
        next += RoundUp(Maps * HintMap.BytesFor(blocks));
        header->Barns = next;
        next += RoundUp(Maps * BarnBytes);
        header->Caches = next;
        next += RoundUp(Maps * CacheBytes);
        header->ThreadBlocks = next;
        next += RoundUp(threadBlocks * ThreadBlockBytes);
        header->SlubDebugText = (byte*)next;
        next += SlubDebug.IsAvailable ? PageBytes : 0;
        header->Table = next;
        next += RoundUp(Product.TableBytes);
        header->Pages = (SharedWord*)next;
        next += RoundUp(blocks * Product.PageWords * sizeof(ulong));
        header->Groups = next;
        header->GroupCount = HasExtensions ? GroupsFor(blocks) : 0;
        next += RoundUp(header->GroupCount * GroupBytes);
        header->Tags = next;
        header->TagCount = header->GroupCount * TagsPerGroup;
        next += RoundUp(header->TagCount * TagBytes);
        header->HookSlots = next;
        next += RoundUp(Hooks.Slots * (nuint)sizeof(HookSlot));
        header->NodeTable = next;
        next += RoundUp(NodeTable.Bytes);
        nuint words = RoundUp(blocks * Arena.WordsPerBlock * sizeof(ulong));
        header->ObjectWords = (SharedWord*)next;
        next += words;
        header->ConstructedWords = (SharedWord*)next;
        next += ConstructedTables * words;
        header->LiveWords = (SharedWord*)next;
        next += Hardening.IsOn ? 2 * words : 0;
        header->Extensions = (SharedWord*)next;
        return HasExtensions ? next + words : next;
    }

    private static nuint GroupsFor(nuint blocks)
    {
        nuint groups = blocks / BlocksPerGroup;
        return groups < FewestGroups ? FewestGroups : groups > MostGroups ? MostGroups : groups;
    }

    private static nuint RoundUp(nuint bytes) => (bytes + PageBytes - 1) & ~(PageBytes - 1);
}
