// SPDX-License-Identifier: MIT
// NOLOCKALLOC_OPTIONS: words with commas between them, read once, when the arena is made.
//
// slub_debug has commas of its own. Its value goes on over them for as long as what follows is no word of
// ours: `slub_debug=FZ,kmalloc-64;P,kmalloc-128,abort` is two words. So the kernel's own spelling may stand
// anywhere.

using NoLockAlloc.Machine;

namespace NoLockAlloc.Pages;

internal unsafe partial struct Options
{
    private const int MaximumArenaShift = 40;
    private const int ShiftStep = 10;
    private const nuint MaximumThreads = 16384;
    private const nuint FewThreads = 4;

    internal nuint ArenaBytes;
    internal nuint Threads;
    internal bool Abort;
    internal bool PreemptRt;
    internal bool SlubTiny;

    /// <summary>NUMA nodes; 0: as many as the machine has.</summary>
    internal nuint NodeCount;

    /// <summary>Which allocations of normal context fail. All zero: none.</summary>
    internal Words.FaultAttribute Failslab;

    /// <summary>Live objects are reported when the process exits.</summary>
    internal bool Leaks;

    /// <summary>What follows `slub_debug`, from its `=`; null if there is no such word.</summary>
    internal byte* SlubDebugAt;
    internal byte* SlubDebugEnd;

    /// <summary>How many words were not understood. Whoever can report does.</summary>
    internal nuint Unknown;

    /// <summary>The word before belongs to slub_debug.</summary>
    private bool _isInSlubDebug;

    internal readonly SlubDebug Debugging => new(SlubDebugAt, SlubDebugEnd, Leaks);

    internal static Options Read(byte* text)
    {
        Options options = new()
        {
            ArenaBytes = (nuint)1 << Product.DefaultArenaShift,
            Threads = MaximumThreads,
        };
        while (text != null && *text != 0)
        {
            if (!options.TryFailslab(&text)) options.ReadWord(ref text);
            if (*text == (byte)',') text++;
        }
        options.Unknown += options.Debugging.Unknown();
        return options;
    }

    /// <summary>Flags of every cache. PREEMPT_RT: arrays as ever, but each call looks where it is called
    /// from. SLUB_TINY: nothing is kept. A build with lockdep watches each lock.</summary>
    internal readonly uint CacheFlagsOfAll =>
        (PreemptRt || SlubTiny || Lockdep.IsOn ? CacheFlags.SlowAlloc | CacheFlags.SlowFree : 0) |
        (SlubTiny ? CacheFlags.NoArrays : 0);

    /// <summary>Of a reservation that was refused: a few threads' blocks take less than the smallest arena.
    /// False: they are few.</summary>
    internal bool TryHalveThreads()
    {
        if (Threads <= FewThreads) return false;
        Threads = Clamp(Threads / 2, FewThreads, Threads);
        return true;
    }

    /// <summary>Goes to the word's end.</summary>
    private void ReadWord(ref byte* text)
    {
        byte* at = text;
        while (*text != 0 && *text != (byte)',') text++;
        if (text != at) ReadWord(at, text);
    }

    private void ReadWord(byte* text, byte* end)
    {
        bool isSlubDebug = TrySlubDebug(text, end);
        if (!isSlubDebug && !TryWord(text))
        {
            if (_isInSlubDebug) SlubDebugEnd = end;
            else Unknown++;
            return;
        }
        _isInSlubDebug = isSlubDebug;
    }

    /// <summary>Both spellings of the kernel's.</summary>
    private bool TrySlubDebug(byte* text, byte* end)
    {
        bool isIt = TryMatch(text, "slub_debug"u8, out byte* rest) ||
            TryMatch(text, "slab_debug"u8, out rest);
        if (!SlubDebug.IsAvailable || !isIt || (!IsEnd(rest) && *rest != (byte)'=')) return false;
        SlubDebugAt = rest;
        SlubDebugEnd = end;
        return true;
    }

    private bool TryWord(byte* text)
    {
        if (SlubDebug.IsAvailable && TryMatch(text, "leaks"u8, out byte* afterLeaks) && IsEnd(afterLeaks))
        {
            Leaks = true;
            return true;
        }
        if (TryMatch(text, "abort"u8, out byte* rest) && IsEnd(rest))
        {
            Abort = true;
            return true;
        }
        if (TryMatch(text, "preempt_rt"u8, out rest) && IsEnd(rest))
        {
            PreemptRt = true;
            return true;
        }
        if (TryMatch(text, "slub_tiny"u8, out rest) && IsEnd(rest))
        {
            SlubTiny = true;
            return true;
        }
        if (TryMatch(text, "arena="u8, out rest) && TryNumber(&rest, out nuint bytes) && IsEnd(rest))
        {
            nuint most = (nuint)1 << MaximumArenaShift;
            ArenaBytes = Clamp(bytes, Arena.MinimumBytes, most) & ~(Arena.BlockBytes - 1);
            return true;
        }
        if (TryMatch(text, "threads="u8, out rest) && TryNumber(&rest, out nuint threads) && IsEnd(rest))
        {
            Threads = Clamp(threads, 1, MaximumThreads);
            return true;
        }
        if (TryMatch(text, "nodes="u8, out rest) && TryNumber(&rest, out nuint nodes) && IsEnd(rest))
        {
            NodeCount = Clamp(nodes, 1, NodeTable.Most);
            return true;
        }
        return false;
    }

    private static bool TryMatch(byte* text, System.ReadOnlySpan<byte> word, out byte* rest)
    {
        fixed (byte* expected = word)
        {
            int i = 0;
            while (i < word.Length && text[i] == expected[i]) i++;
            rest = text + i;
            return i == word.Length;
        }
    }

    private static bool TryNumber(byte** text, out nuint number)
    {
        number = 0;
        byte* digit = *text;
        for (; *digit >= (byte)'0' && *digit <= (byte)'9'; digit++)
        {
            number = AtMost(number * 10 + (nuint)(*digit - (byte)'0'));
        }
        bool any = digit != *text;
        for (int shift = ShiftOf(*digit); shift != 0; shift -= ShiftStep)
        {
            number = AtMost(number << ShiftStep);
        }
        if (ShiftOf(*digit) != 0) digit++;
        *text = digit;
        return any;
    }

    /// <summary>Larger numbers are as good as the largest, and do not overflow.</summary>
    private static nuint AtMost(nuint number) =>
        Clamp(number, 0, (nuint)1 << MaximumArenaShift);

    private static int ShiftOf(byte unit) => unit switch
    {
        (byte)'k' => 10,
        (byte)'m' => 20,
        (byte)'g' => 30,
        _ => 0,
    };

    private static bool IsEnd(byte* text) => *text == 0 || *text == (byte)',';

    private static nuint Clamp(nuint value, nuint low, nuint high) =>
        value < low ? low : value > high ? high : value;
}
