// SPDX-License-Identifier: MIT
// All global state: one struct at the start of the arena, reached from the arena's base address.
//
// Memory picture of the arena, from its base, in blocks of 64 KiB:
//   blocks 0 .. First-1       out of band: this header; then the blocks' state words, the fork stamp's page,
//                             thread words, hint maps, barns, cache descriptors, thread blocks, the
//                             option slub_debug, the product's own table, groups, call sites, callbacks,
//                             nodes, object words, constructed words, places of extension vectors
//   blocks First .. Blocks-1  what is given out
// Out-of-band blocks have state words too, which stay 0: a pointer into the tables is no object.

using System.Runtime.InteropServices;
using NoLockAlloc.Words;

namespace NoLockAlloc.Pages;

[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal unsafe struct ArenaHeader
{
    internal const int Bytes = 384;

    /// <summary>Blocks of the whole arena, out of band ones included.</summary>
    [FieldOffset(0)] internal nuint Blocks;

    /// <summary>The first block that can be given out.</summary>
    [FieldOffset(8)] internal nuint First;

    /// <summary>Thread blocks that threads can own; ArenaLayout.SpareThreads more lie above them.</summary>
    [FieldOffset(16)] internal nuint Threads;

    /// <summary>Report bad input and abort.</summary>
    [FieldOffset(24)] internal bool AbortOnReport;

    /// <summary>The OS cannot wipe pages on fork: processes are told apart by their numbers.</summary>
    [FieldOffset(25)] internal bool ForksByNumber;

    /// <summary>The options preempt_rt and slub_tiny.</summary>
    [FieldOffset(26)] internal bool IsPreemptRt;
    [FieldOffset(27)] internal bool IsSlubTiny;

    /// <summary>Flags that every cache has besides its own.</summary>
    [FieldOffset(28)] internal uint CacheFlags;

    [FieldOffset(32)] internal SharedWord* ObjectWords;
    [FieldOffset(40)] internal SharedWord* LiveWords;
    [FieldOffset(48)] internal nuint HintMaps;
    [FieldOffset(56)] internal nuint Barns;
    [FieldOffset(64)] internal SharedWord* ThreadWords;
    [FieldOffset(72)] internal nuint ThreadBlocks;

    /// <summary>A page of its own that a forked child finds zero; holds the fork stamp.</summary>
    [FieldOffset(80)] internal SharedWord* ForkStamp;

    /// <summary>The product's own table, of Product.TableBytes.</summary>
    [FieldOffset(88)] internal nuint Table;

    /// <summary>Descriptors of the caches that are no buckets, by number.</summary>
    [FieldOffset(96)] internal nuint Caches;

    /// <summary>A word for each page (struct page), Product.PageWords a block.</summary>
    [FieldOffset(104)] internal SharedWord* Pages;

    /// <summary>Bits of objects whose constructor has run, of caches that have one.</summary>
    [FieldOffset(112)] internal SharedWord* ConstructedWords;

    /// <summary>Report live objects when the process exits.</summary>
    [FieldOffset(120)] internal bool ReportLeaks;

    /// <summary>How many forks lie behind this process. Only grows.</summary>
    [FieldOffset(128)] internal SharedWord Forks;

    /// <summary>Free blocks whose memory the OS has not got back; may be off by one an abandoned call.
    /// </summary>
    [FieldOffset(136)] internal SharedWord DirtyBlocks;

    /// <summary>One above the highest block that was ever given out.</summary>
    [FieldOffset(144)] internal SharedWord HighBlock;

    /// <summary>The highest thread block that was ever owned or visited.</summary>
    [FieldOffset(152)] internal SharedWord HighThread;

    /// <summary>Lines reported.</summary>
    [FieldOffset(160)] internal SharedWord Reports;

    /// <summary>Bit a kind of report that is made once.</summary>
    [FieldOffset(168)] internal SharedWord ReportedOnce;

    /// <summary>The highest number of a cache that was ever used.</summary>
    [FieldOffset(184)] internal SharedWord HighCache;

    /// <summary>How many caches were destroyed: threads that have seen fewer have cells to empty.</summary>
    [FieldOffset(192)] internal SharedWord CacheDeaths;

    /// <summary>failslab: which allocations of normal context fail on purpose. 48 bytes.</summary>
    [FieldOffset(200)] internal FaultAttribute Failslab;

    /// <summary>The highest number of a group that was ever used.</summary>
    [FieldOffset(256)] internal SharedWord HighGroup;

    /// <summary>Call sites.</summary>
    [FieldOffset(264)] internal nuint Tags;
    [FieldOffset(272)] internal nuint TagCount;

    /// <summary>The highest number of a call site that was ever used.</summary>
    [FieldOffset(280)] internal SharedWord HighTag;

    /// <summary>A place for an extension vector for each object word, and the groups.</summary>
    [FieldOffset(288)] internal SharedWord* Extensions;
    [FieldOffset(296)] internal nuint Groups;
    [FieldOffset(304)] internal nuint GroupCount;

    /// <summary>Pages/DebugTable.cs. 0 unless caches are debugged.</summary>
    [FieldOffset(312)] internal SharedWord DebugTable;

    /// <summary>SlubDebug's flags of the buckets, a byte each.</summary>
    [FieldOffset(320)] private ulong _debugFlags;
    [FieldOffset(328)] private ulong _moreDebugFlags;

    /// <summary>The option slub_debug as it was said, for caches that do not exist yet; null: it was not.
    /// </summary>
    [FieldOffset(336)] internal byte* SlubDebugText;
    [FieldOffset(344)] internal nuint SlubDebugBytes;

    /// <summary>Callbacks: Hooks.</summary>
    [FieldOffset(352)] internal nuint HookSlots;

    /// <summary>Bit a point that may have callbacks; and the same for those who pass it, which is no step
    /// of a protocol.</summary>
    [FieldOffset(360)] internal SharedWord Hooked;
    [FieldOffset(360)] internal volatile nuint HookedPoints;

    /// <summary>Locks taken, in a build that watches them.</summary>
    [FieldOffset(368)] internal SharedWord LockClock;

    /// <summary>Where idle memory is being given back: IdleMemory.</summary>
    [FieldOffset(376)] internal SharedWord Idle;

    /// <summary>NUMA nodes: Nodes.</summary>
    [FieldOffset(248)] internal nuint NodeTable;

    /// <summary>Threads that wanted a block since dead threads were looked for.</summary>
    [FieldOffset(176)] internal SharedWord ClaimsSinceReap;

    internal readonly SlubDebug Debugging => new(SlubDebugText, SlubDebugText + SlubDebugBytes, ReportLeaks);

    /// <summary>Flags of a bucket's debugging; 0: it has no debug cache.</summary>
    internal readonly uint DebugFlagsOf(int bucket) => !SlubDebug.IsAvailable
        ? 0
        : (uint)(byte)(bucket < 8 ? _debugFlags >> bucket * 8 : _moreDebugFlags >> (bucket - 8) * 8);

    /// <summary>Before anybody else can see the header.</summary>
    internal void SetDebugFlags(int bucket, uint flags)
    {
        if (bucket < 8) _debugFlags |= (ulong)flags << bucket * 8;
        else _moreDebugFlags |= (ulong)flags << (bucket - 8) * 8;
    }
}
