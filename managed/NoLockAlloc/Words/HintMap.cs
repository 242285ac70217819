// SPDX-License-Identifier: MIT
// A set of block numbers that helps to find candidates. It may name a block that is none, and may for a
// while lack one that is: whoever needs certainty asks the block's state.
//
// STATE       leaf words, a bit a block; summary words, a bit a leaf word. With `flip` all ones the bits
//             are kept inverted, so that zeroed memory is the full set.
// WRITERS     anybody, by atomic or and and.
// TRANSITIONS Add: leaf bit, then summary bit. Remove: leaf bit; if the leaf is empty then, summary bit;
//             then the leaf once more, and the summary bit again if somebody added meanwhile.
// ORDER       each is a full fence, so of an adder and a remover at least one sees the other (O4).
// INVARIANTS  none that anybody relies on: lost hints are found by PageAllocator.Audit and Reclaim.
// REENTRY     any state may be met; nothing is waited for.
// CHECKED BY  HintMapTests, HintMapRunTests

namespace NoLockAlloc.Words;

internal unsafe partial struct HintMap
{
    internal static nuint None => ~(nuint)0;

    internal const int Bits = 64;

    private SharedWord* _leaves;
    private SharedWord* _summary;
    private nuint _leafCount;
    private ulong _flip;

    internal static nuint BytesFor(nuint blocks) =>
        (LeafCountFor(blocks) + SummaryCountFor(blocks)) * sizeof(ulong);

    internal static HintMap At(nuint memory, nuint blocks, bool startsFull) => new()
    {
        _leaves = (SharedWord*)memory,
        _summary = (SharedWord*)memory + LeafCountFor(blocks),
        _leafCount = LeafCountFor(blocks),
        _flip = startsFull ? ~0UL : 0,
    };

    /// <summary>The same set, but Find looks at no more than so many blocks and the rest of their leaf.
    /// </summary>
    internal HintMap Below(nuint blocks)
    {
        HintMap part = this;
        part._leafCount = LeafCountFor(blocks);
        return part;
    }

    internal bool Has(nuint block) => (Leaf(block / Bits) & BitOf(block)) != 0;

    internal void Add(nuint block) => AddToLeaf(block / Bits, BitOf(block));

    internal void Remove(nuint block) => RemoveFromLeaf(block / Bits, BitOf(block));

    /// <summary>The lowest block of the set that is from or above, or None.</summary>
    internal nuint Find(nuint from)
    {
        nuint leaf = from / Bits;
        ulong mask = ~0UL << (int)(from % Bits);
        while (leaf < _leafCount)
        {
            ulong bits = Leaf(leaf) & mask;
            if (bits != 0) return leaf * Bits + ObjectWord.IndexOf(bits);
            mask = ~0UL;
            leaf = NextLeaf(leaf + 1);
        }
        return None;
    }

    private void AddToLeaf(nuint leaf, ulong bits)
    {
        Put(ref _leaves[leaf], bits);
        if ((Summary(leaf / Bits) & BitOf(leaf)) == 0) Put(ref _summary[leaf / Bits], BitOf(leaf));
    }

    private void RemoveFromLeaf(nuint leaf, ulong bits)
    {
        Drop(ref _leaves[leaf], bits);
        if (Leaf(leaf) == 0) DropLeaf(leaf);
    }

    private nuint NextLeaf(nuint from)
    {
        ulong mask = ~0UL << (int)(from % Bits);
        for (nuint index = from / Bits; index * Bits < _leafCount; index++)
        {
            ulong bits = Summary(index) & mask;
            if (bits != 0) return index * Bits + ObjectWord.IndexOf(bits);
            mask = ~0UL;
        }
        return _leafCount;
    }

    private void DropLeaf(nuint leaf)
    {
        Drop(ref _summary[leaf / Bits], BitOf(leaf));
        if (Leaf(leaf) != 0) Put(ref _summary[leaf / Bits], BitOf(leaf));
    }

    private ulong Leaf(nuint index) => _leaves[index].Load() ^ _flip;

    private ulong Summary(nuint index) => _summary[index].Load() ^ _flip;

    private void Put(ref SharedWord word, ulong bits)
    {
        if (_flip == 0) word.Set(bits);
        else word.Clear(bits);
    }

    private void Drop(ref SharedWord word, ulong bits)
    {
        if (_flip == 0) word.Clear(bits);
        else word.Set(bits);
    }

    private static ulong BitOf(nuint index) => 1UL << (int)(index % Bits);

    private static nuint LeafCountFor(nuint blocks) => (blocks + Bits - 1) / Bits;

    private static nuint SummaryCountFor(nuint blocks) => (LeafCountFor(blocks) + Bits - 1) / Bits;
}
