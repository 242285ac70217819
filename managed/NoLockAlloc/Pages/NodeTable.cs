// SPDX-License-Identifier: MIT
// What the arena knows of NUMA nodes (Nodes.cs). Out of band, in a page of its own.

using System.Runtime.InteropServices;
using NoLockAlloc.Words;

namespace NoLockAlloc.Pages;

[StructLayout(LayoutKind.Explicit, Size = (int)Bytes)]
internal unsafe struct NodeTable
{
    internal const nuint Most = 16;
    internal const nuint Bytes = 64 + Most * sizeof(ulong);

    /// <summary>From 1 to Most. Never changes, as the next two.</summary>
    [FieldOffset(0)] internal nuint Count;

    /// <summary>Blocks of each node; the last has what is left over too.</summary>
    [FieldOffset(8)] internal nuint BlocksEach;

    /// <summary>The machine has not so many: processors are dealt out to the nodes in turn, and memory is
    /// where the OS puts it.</summary>
    [FieldOffset(16)] internal bool ArePretended;

    /// <summary>A word a node: one above its highest block that was ever given out; 0: none was. Only grows.
    /// Not kept where there is one node.</summary>
    [FieldOffset(64)] private SharedWord _firstHigh;

    internal static ref SharedWord High(NodeTable* table, nuint node) => ref (&table->_firstHigh)[node];
}
