// SPDX-License-Identifier: MIT
// slub_debug (mm/slub.c: setup_slub_debug, kmem_cache_flags; Documentation/admin-guide/mm/slab.rst): which
// features of debugging a cache has, by its name. Letters in either case, F Z P U T A O and - (none); `;`
// between blocks; `,` begins a block's list of caches and stands between them; `*` ends a name that stands
// for all that begin so. No letters: FZPU. The first block whose list names the cache decides; where none
// does, the last block without a list; if all have lists, there is none.

using NoLockAlloc.Words;

namespace NoLockAlloc.Pages;

internal readonly unsafe struct SlubDebug
{
    /// <summary>A product without caches beyond its buckets has no debug caches.</summary>
    internal const bool IsAvailable = Sizes.Caches != Sizes.Buckets;

    internal const uint ConsistencyChecks = 1;
    internal const uint RedZone = 2;
    internal const uint Poison = 4;
    internal const uint StoreUser = 8;
    internal const uint Trace = 16;

    /// <summary>Any of these makes a cache a debug cache (SLAB_DEBUG_FLAGS).</summary>
    internal const uint Any = ConsistencyChecks | RedZone | Poison | StoreUser | Trace;

    /// <summary>What makes an object take more room (DEBUG_METADATA_FLAGS).</summary>
    internal const uint Metadata = RedZone | Poison | StoreUser;

    /// <summary>failslab may fail the cache.</summary>
    internal const uint Failslab = 32;

    /// <summary>No metadata where an object would need more pages for it.</summary>
    internal const uint NoHigherOrder = 64;

    private const uint Default = ConsistencyChecks | RedZone | Poison | StoreUser;

    private readonly byte* _at;
    private readonly byte* _end;

    /// <summary>What every cache has besides.</summary>
    private readonly uint _always;

    /// <summary>What follows `slub_debug`: nothing, or `=` and the value; null: the word was not said. The
    /// word `leaks` needs to know the owners.</summary>
    internal SlubDebug(byte* at, byte* end, bool leaks)
    {
        _at = at;
        _end = end;
        _always = leaks ? StoreUser : 0;
        if (_at != _end && *_at == (byte)'=') _at++;
        while (_at != _end && *_at == (byte)';') _at++;
    }

    /// <summary>Of the cache of that name. isTracked: false where nobody is to be noted, unless a list
    /// names the cache (SLAB_NOLEAKTRACE).</summary>
    internal uint FlagsOf(byte* name, int length, bool isTracked = true)
    {
        uint unlisted = isTracked ? ~0U : ~StoreUser;
        return (_always & unlisted) | FlagsSaidOf(name, length, unlisted);
    }

    /// <summary>Those that a cache was given at its creation.</summary>
    internal static uint OfSlabFlags(uint slabFlags) =>
        Translate(slabFlags, SlabFlags.ConsistencyChecks, ConsistencyChecks) |
        Translate(slabFlags, SlabFlags.RedZone, RedZone) | Translate(slabFlags, SlabFlags.Poison, Poison) |
        Translate(slabFlags, SlabFlags.StoreUser, StoreUser) | Translate(slabFlags, SlabFlags.Trace, Trace);

    private static uint Translate(uint flags, uint from, uint to) => (flags & from) != 0 ? to : 0;

    private uint FlagsSaidOf(byte* name, int length, uint unlisted)
    {
        uint everywhere = _at == _end && _at != null ? Default : 0;
        for (byte* next = _at; next != _end;)
        {
            uint flags = Letters(ref next, out _);
            bool hasList = next != _end && *next == (byte)',';
            if (!hasList) everywhere = flags;
            else if (TryFind(ref next, name, length)) return flags;
            while (next != _end && *next == (byte)';') next++;
        }
        return everywhere & unlisted;
    }

    /// <summary>How many letters have no meaning.</summary>
    internal nuint Unknown()
    {
        nuint unknown = 0;
        for (byte* next = _at; next != _end;)
        {
            Letters(ref next, out nuint here);
            unknown += here;
            while (next != _end && *next != (byte)';') next++;
            while (next != _end && *next == (byte)';') next++;
        }
        return unknown;
    }

    private uint Letters(ref byte* next, out nuint unknown)
    {
        unknown = 0;
        if (next != _end && *next == (byte)',') return Default;
        uint flags = 0;
        for (; next != _end && *next != (byte)',' && *next != (byte)';'; next++)
        {
            uint flag = FlagOf((byte)(*next | 0x20));
            if (*next == (byte)'-') flags = 0;
            else if (flag == 0) unknown++;
            flags |= flag;
        }
        return flags;
    }

    private static uint FlagOf(byte lowerLetter) => lowerLetter switch
    {
        (byte)'f' => ConsistencyChecks,
        (byte)'z' => RedZone,
        (byte)'p' => Poison,
        (byte)'u' => StoreUser,
        (byte)'t' => Trace,
        (byte)'a' => Failslab,
        (byte)'o' => NoHigherOrder,
        _ => 0,
    };

    /// <summary>Whether a list that begins at a `,` names the cache. Goes to the list's end.</summary>
    private bool TryFind(ref byte* next, byte* name, int length)
    {
        bool isFound = false;
        while (next != _end && *next == (byte)',')
        {
            byte* entry = ++next;
            while (next != _end && *next != (byte)',' && *next != (byte)';') next++;
            isFound |= IsNamed(entry, next, name, length);
        }
        return isFound;
    }

    private static bool IsNamed(byte* entry, byte* end, byte* name, int length)
    {
        int i = 0;
        while (entry + i != end && i < length && entry[i] == name[i]) i++;
        return entry + i == end ? i == length && i != 0 : entry[i] == (byte)'*';
    }
}
