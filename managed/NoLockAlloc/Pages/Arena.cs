// SPDX-License-Identifier: MIT
// The arena: one reservation of address space, made by whoever comes first and never given up. Reading an
// address inside it never faults; memory is committed by the page fault.

using NoLockAlloc.Machine;
using NoLockAlloc.Words;

namespace NoLockAlloc.Pages;

internal static unsafe class Arena
{
    internal const int BlockShift = 16;
    internal const nuint BlockBytes = 1 << BlockShift;
    internal const uint BlockBytes32 = 1U << BlockShift;
    internal const nuint MinimumBytes = 1 << 20;

    /// <summary>Of the base address: that of the longest run, so that a run that begins at a multiple of its
    /// length in blocks does so in bytes.</summary>
    internal const nuint Alignment = PageRuns.MaximumBlocks * BlockBytes;

    /// <summary>Object words of a slab.</summary>
    internal const nuint WordsPerBlock = Sizes.WordsPerBlock;

    /// <summary>The base address, 0 before first use. STATE: one word. WRITERS: the first to get a
    /// reservation, by compare-exchange; a loser gives his back. ORDER: the exchange releases the header
    /// that was written before; each read acquires it. CHECKED BY ArenaTests.</summary>
    private static SharedWord s_base;

    internal static nuint Base => (nuint)s_base.Load();

    internal static ArenaHeader* Header => (ArenaHeader*)Base;

    internal static nuint LimitBytes => Header->Blocks << BlockShift;

    /// <summary>Whether there is an arena; makes it if there is none.</summary>
    internal static bool Ensure() => s_base.Load() != 0 || Create();

    internal static bool Contains(nuint address) =>
        Base != 0 && address - Base < LimitBytes && BlockOf(address) >= Header->First;

    internal static nuint BlockOf(nuint address) => (address - Base) >> BlockShift;

    internal static nuint AddressOf(nuint block) => Base + (block << BlockShift);

    internal static ref SharedWord State(nuint block) =>
        ref ((SharedWord*)(Base + ArenaHeader.Bytes))[block];

    internal static BlockState StateOf(nuint block) => new(State(block).Load());

    internal static SharedWord* ObjectWords(nuint block) => Header->ObjectWords + block * WordsPerBlock;

    internal static SharedWord* ConstructedWords(nuint block) =>
        Header->ConstructedWords + block * WordsPerBlock;

    /// <summary>Where a slab's extension vectors are: a place for each object word.</summary>
    internal static SharedWord* Extensions(nuint block) => Header->Extensions + block * WordsPerBlock;

    internal static SharedWord* LiveWords(nuint block) => Header->LiveWords + block * WordsPerBlock;

    internal static SharedWord* NormalWords(nuint block) => LiveWords(Header->Blocks + block);

    private static bool Create()
    {
        Options options = Options.Read(Os.Options());
        nuint bytes = options.ArenaBytes;
        do
        {
            nuint at = ArenaLayout.TryReserve(bytes >> BlockShift, options);
            if (at == 0) continue;
            Publish(at);
            if (options.Unknown != 0) Report.Once(Report.OptionWords, options.Unknown);
            return true;
        }
        while (TryAskForLess(ref bytes, ref options));
        return s_base.Load() != 0;
    }

    /// <summary>Half the arena and half the threads, as long as there are halves to be had. False: there are
    /// none.</summary>
    private static bool TryAskForLess(ref nuint bytes, ref Options options)
    {
        bool isLess = options.TryHalveThreads();
        if (bytes >> 1 < MinimumBytes) return isLess;
        bytes >>= 1;
        return true;
    }

    private static void Publish(nuint at)
    {
        while (s_base.Load() == 0)
        {
            if (s_base.TryReplace(0, at)) return;
        }
        ArenaLayout.Release(at);
    }
}
