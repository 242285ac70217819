// SPDX-License-Identifier: MIT
// Objects too large for slabs and runs: each is a mapping of its own. A table out of band says where they
// are: open addressing by address, one word a slot (Words/MappingWord.cs has the protocol).
//
// Memory picture of ArenaHeader.Table: 64 bytes, of which the first word counts the mappings and the second
// their bytes; then Slots words.

using NoLockAlloc.Machine;
using NoLockAlloc.Words;

namespace NoLockAlloc.Pages;

internal static unsafe class Mappings
{
    internal const nuint Slots = (nuint)1 << SlotsShift;
    internal const nuint TableBytes = HeaderBytes + Slots * sizeof(ulong);

    private const int SlotsShift = 18;
    private const nuint HeaderBytes = 64;

    /// <summary>So many mappings at most: a slot can always be found for one that moves.</summary>
    private const ulong Most = Slots / 8 * 7;

    private const nuint PageBytes = 1 << MappingWord.PageShift;

    private static SharedWord* Table => (SharedWord*)(Arena.Header->Table + HeaderBytes);

    /// <summary>How many there are, and their bytes; each may be off by one mapping an abandoned call.
    /// </summary>
    internal static ref SharedWord Count => ref *(SharedWord*)Arena.Header->Table;

    internal static ref SharedWord CountBytes => ref ((SharedWord*)Arena.Header->Table)[1];

    /// <summary>A mapping of at least so many bytes, zero, at a multiple of the alignment, a power of two. 0:
    /// the OS refuses.</summary>
    internal static nuint Take(nuint size, nuint alignment)
    {
        nuint bytes = MappingWord.RoundUp(size);
        nuint slack = alignment <= PageBytes ? 0 : alignment - PageBytes;
        if (bytes == 0 || bytes + slack < bytes) return 0;
        if (Count.Add(1) >= Most)
        {
            Count.Add(~0UL);
            return 0;
        }
        nuint at = OsHeap.Map(bytes + slack);
        if (at == 0)
        {
            Count.Add(~0UL);
            return 0;
        }
        nuint address = (at + slack) & ~(alignment - 1);
        if (address != at) Os.Release(at, address - at);
        nuint rest = at + slack - address;
        if (rest != 0) Os.Release(address + bytes, rest);
        CountBytes.Add(bytes);
        Insert(MappingWord.Of(address, bytes));
        return address;
    }

    /// <summary>How long the mapping is that begins at the address; 0 if none does.</summary>
    internal static nuint BytesOf(nuint address) =>
        TryFind(address, out MappingWord found) != null ? found.Bytes : 0;

    /// <summary>Unmap it. False: no mapping begins there.</summary>
    internal static bool TryFree(nuint address)
    {
        if (!TryRemove(address, out MappingWord mapping)) return false;
        Os.Release(address, mapping.Bytes);
        Count.Add(~0UL);
        CountBytes.Add(0 - (ulong)mapping.Bytes);
        return true;
    }

    /// <summary>Make the mapping another size, in place or elsewhere, what is in it unchanged. The new
    /// address; 0: the OS refuses, or no mapping begins there, and nothing has changed.</summary>
    internal static nuint Resize(nuint address, nuint size)
    {
        nuint bytes = MappingWord.RoundUp(size);
        if (bytes == 0 || !TryRemove(address, out MappingWord mapping)) return 0;
        nuint moved = bytes == mapping.Bytes ? address : OsHeap.Remap(address, mapping.Bytes, bytes);
        if (moved == 0)
        {
            Insert(mapping);
            return 0;
        }
        CountBytes.Add((ulong)bytes - (ulong)mapping.Bytes);
        Insert(MappingWord.Of(moved, bytes));
        return moved;
    }

    private static void Insert(MappingWord mapping)
    {
        for (nuint slot = SlotOf(mapping.Address); ; slot = (slot + 1) % Slots)
        {
            MappingWord seen = new(Table[slot].Load());
            if (seen.CanBeTaken && Table[slot].TryReplace(seen.Value, mapping.Value)) return;
        }
    }

    private static bool TryRemove(nuint address, out MappingWord mapping)
    {
        SharedWord* slot = TryFind(address, out mapping);
        return slot != null && slot->TryReplace(mapping.Value, MappingWord.Gone.Value);
    }

    private static SharedWord* TryFind(nuint address, out MappingWord found)
    {
        found = MappingWord.Never;
        if (Arena.Base == 0 || address < PageBytes || address % PageBytes != 0) return null;
        nuint slot = SlotOf(address);
        for (nuint tried = 0; tried < Slots; tried++, slot = (slot + 1) % Slots)
        {
            found = new MappingWord(Table[slot].Load());
            if (found.IsNever) return null;
            if (!found.CanBeTaken && found.Address == address) return Table + slot;
        }
        return null;
    }

    /// <summary>The upper bits of a product with 2^64 divided by the golden ratio.</summary>
    private static nuint SlotOf(nuint address) =>
        (nuint)(((ulong)address >> MappingWord.PageShift) * 0x9e37_79b9_7f4a_7c15 >> (64 - SlotsShift));
}
