// SPDX-License-Identifier: MIT
// Runs of consecutive blocks in a HintMap: up to 64, which lie in one leaf word or in two.

using System.Numerics;

namespace NoLockAlloc.Words;

internal unsafe partial struct HintMap
{
    /// <summary>At most 64 blocks.</summary>
    internal void Add(nuint block, nuint blocks)
    {
        AddToLeaf(block / Bits, LowBits(block, blocks));
        ulong rest = HighBits(block, blocks);
        if (rest != 0) AddToLeaf(block / Bits + 1, rest);
    }

    /// <summary>At most 64 blocks.</summary>
    internal void Remove(nuint block, nuint blocks)
    {
        RemoveFromLeaf(block / Bits, LowBits(block, blocks));
        ulong rest = HighBits(block, blocks);
        if (rest != 0) RemoveFromLeaf(block / Bits + 1, rest);
    }

    /// <summary>The highest place, a multiple of align, of so many blocks of the set between floor and
    /// ceiling, or None. blocks: 1 to 64; align: a power of two up to 64.</summary>
    internal nuint FindRun(nuint floor, nuint ceiling, nuint blocks, nuint align)
    {
        if (ceiling <= floor) return None;
        ulong aligned = align == Bits ? 1 : ~0UL / ((1UL << (int)align) - 1);
        nuint leaf = LeafUpTo((ceiling - 1) / Bits, floor / Bits);
        while (leaf != None)
        {
            ulong low = Within(leaf, floor, ceiling);
            ulong high = Within(leaf + 1, floor, ceiling);
            ulong starts = Starts(low, high, blocks) & aligned;
            if (starts != 0) return leaf * Bits + HighestOf(starts);
            leaf = leaf == 0 ? None : LeafUpTo(leaf - 1, floor / Bits);
        }
        return None;
    }

    /// <summary>The highest leaf word from floor up to this one that is not empty, or None.</summary>
    private nuint LeafUpTo(nuint leaf, nuint floor)
    {
        ulong mask = ~0UL >> (int)(Bits - 1 - leaf % Bits);
        for (nuint index = leaf / Bits + 1; index-- > floor / Bits;)
        {
            ulong bits = Summary(index) & mask;
            mask = ~0UL;
            if (bits == 0) continue;
            nuint found = index * Bits + HighestOf(bits);
            return found >= floor ? found : None;
        }
        return None;
    }

    private ulong Within(nuint leaf, nuint floor, nuint ceiling)
    {
        nuint from = leaf * Bits;
        if (from >= ceiling) return 0;
        ulong bits = Leaf(leaf);
        if (floor > from) bits &= ~0UL << (int)(floor - from);
        if (ceiling - from < Bits) bits &= ~(~0UL << (int)(ceiling - from));
        return bits;
    }

    /// <summary>The bits of low from which on so many bits are set, in low and then in high. What is set for
    /// n bits and again n, or fewer, further is set for so many more.</summary>
    private static ulong Starts(ulong low, ulong high, nuint blocks)
    {
        for (nuint known = 1; known < blocks;)
        {
            nuint step = known < blocks - known ? known : blocks - known;
            low &= low >> (int)step | high << (int)(Bits - step);
            high &= high >> (int)step;
            known += step;
        }
        return low;
    }

    /// <summary>The run's bits in its first leaf word.</summary>
    private static ulong LowBits(nuint block, nuint blocks) =>
        ~0UL >> (int)(Bits - blocks) << (int)(block % Bits);

    /// <summary>The run's bits in the leaf word after that.</summary>
    private static ulong HighBits(nuint block, nuint blocks)
    {
        nuint end = block % Bits + blocks;
        return end <= Bits ? 0 : (1UL << (int)(end - Bits)) - 1;
    }

    private static nuint HighestOf(ulong bits) => (nuint)(Bits - 1 - BitOperations.LeadingZeroCount(bits));
}
