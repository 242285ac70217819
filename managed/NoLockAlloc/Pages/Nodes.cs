// SPDX-License-Identifier: MIT
// NUMA nodes. The blocks that are given out are divided into ranges of equal length, one a node, and each
// range asks the OS for memory of its node (mbind, which falls back as the kernel does). So the node of an
// address is one division, and nothing has to be written down about a block or an object. A search is for one
// node, within its range; who may have another node's memory searches the next range then, and so on around.
//
// A wish is what a call says about nodes: Any, a node's number, or that and Only.
//
// With one node, which is the case on most machines, there is one range, and nobody is asked which node a
// thread runs on.

using NoLockAlloc.Machine;
using NoLockAlloc.Words;

namespace NoLockAlloc.Pages;

internal static unsafe class Nodes
{
    /// <summary>NUMA_NO_NODE: the one that the thread runs on, or else another.</summary>
    internal const int Any = -1;

    /// <summary>Added to a node: that and no other (__GFP_THISNODE).</summary>
    internal const int Only = 0x100;

    private static NodeTable* Table => (NodeTable*)Arena.Header->NodeTable;

    internal static nuint Count => Table->Count;

    internal static bool AreOne => Count == 1;

    /// <summary>Whether there is a node of that number. There is an arena.</summary>
    internal static bool Has(int node) => node >= 0 && (nuint)node < Count;

    /// <summary>Of a new arena. Its last blocks are the last node's.</summary>
    internal static void SetUp(ArenaHeader* header, nuint at, nuint wanted)
    {
        NodeTable* table = (NodeTable*)header->NodeTable;
        nuint usable = header->Blocks - header->First;
        nuint machine = AtLeastOne((nuint)Os.Nodes(), NodeTable.Most);
        table->Count = wanted == 0 ? AtLeastOne(machine, usable) : AtLeastOne(wanted, usable);
        table->ArePretended = table->Count != machine;
        table->BlocksEach = usable / table->Count;
        if (table->ArePretended || table->Count == 1) return;
        nuint first = header->First;
        for (nuint node = 0; node < table->Count; node++, first += table->BlocksEach)
        {
            nuint blocks = node == table->Count - 1 ? header->Blocks - first : table->BlocksEach;
            Os.PreferNode(at + (first << Arena.BlockShift), blocks << Arena.BlockShift, (uint)node);
        }
    }

    /// <summary>The node of a block that can be given out.</summary>
    internal static nuint Of(nuint block)
    {
        ArenaHeader* header = Arena.Header;
        NodeTable* table = (NodeTable*)header->NodeTable;
        if (table->Count == 1) return 0;
        nuint node = (uint)(block - header->First) / (uint)table->BlocksEach;
        return node < table->Count ? node : table->Count - 1;
    }

    internal static nuint FirstBlock(nuint node)
    {
        ArenaHeader* header = Arena.Header;
        return header->First + node * ((NodeTable*)header->NodeTable)->BlocksEach;
    }

    /// <summary>One above the node's last block.</summary>
    internal static nuint EndBlock(nuint node)
    {
        ArenaHeader* header = Arena.Header;
        NodeTable* table = (NodeTable*)header->NodeTable;
        return node + 1 == table->Count ? header->Blocks : header->First + (node + 1) * table->BlocksEach;
    }

    /// <summary>One above the node's highest block that was ever given out.</summary>
    internal static nuint HighBlock(nuint node)
    {
        ArenaHeader* header = Arena.Header;
        NodeTable* table = (NodeTable*)header->NodeTable;
        if (table->Count == 1) return (nuint)header->HighBlock.Load();
        nuint high = (nuint)NodeTable.High(table, node).Load();
        return high == 0 ? header->First + node * table->BlocksEach : high;
    }

    /// <summary>The blocks up to this one are about to be given out. They lie on one node.</summary>
    internal static void Raise(nuint end)
    {
        ArenaHeader* header = Arena.Header;
        NodeTable* table = (NodeTable*)header->NodeTable;
        if (table->Count != 1) PageAllocator.RaiseTo(ref NodeTable.High(table, Of(end - 1)), end);
        PageAllocator.RaiseTo(ref header->HighBlock, end);
    }

    /// <summary>The next block, but those that no node has ever given out are left out.</summary>
    internal static nuint After(nuint block)
    {
        nuint next = block + 1;
        if (AreOne) return next;
        nuint node = Of(block);
        return next < HighBlock(node) ? next : EndBlock(node);
    }

    /// <summary>The other way.</summary>
    internal static nuint Before(nuint block)
    {
        nuint before = block - 1;
        if (AreOne) return before;
        nuint high = HighBlock(Of(before));
        return before < high ? before : high - 1;
    }

    /// <summary>How many blocks were ever given out.</summary>
    internal static nuint CountUsed()
    {
        nuint used = 0;
        for (nuint node = 0; node < Count; node++) used += HighBlock(node) - FirstBlock(node);
        return used;
    }

    /// <summary>The one that the calling thread runs on now. There are several.</summary>
    internal static nuint Current()
    {
        uint node;
        uint processor = Os.Processor(&node);
        return (Table->ArePretended ? processor : node) % Count;
    }

    /// <summary>Where to look first.</summary>
    internal static nuint Preferred(int wish) => AreOne ? 0 : wish == Any ? Current() : (nuint)wish % Only;

    /// <summary>What a call wishes that was given that node, or Any, and those flags.</summary>
    internal static int Wish(int node, uint gfp)
    {
        if ((gfp & Gfp.ThisNode) == 0 || AreOne) return node;
        return (node == Any ? (int)Current() : node) + Only;
    }

    internal static bool IsOnly(int wish) => wish >= Only;

    /// <summary>How many nodes may be looked at.</summary>
    internal static nuint Candidates(int wish) => IsOnly(wish) ? 1 : Count;

    /// <summary>Where to look next.</summary>
    internal static nuint Following(nuint node) => node + 1 == Count ? 0 : node + 1;

    private static nuint AtLeastOne(nuint value, nuint most) => value == 0 ? 1 : value < most ? value : most;
}
