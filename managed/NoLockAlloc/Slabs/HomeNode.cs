// SPDX-License-Identifier: MIT
// The NUMA node of a thread's array. With several nodes an array has objects of one node only, so that memory
// of another, freed here, goes home at once instead of being handed out here (the kernel's can_free_to_pcs).
// The fast path of frees falls out at once (ThreadState.LimitBytes), and is taken from here if the nodes are
// the same. An array's node is chosen when it is empty: the one that the thread runs on.
//
// STATE       Node of a cell: the node plus 1; 0: not chosen yet. Not used where there is one node.
// WRITERS     the holder of the cell's lock.
// TRANSITIONS any -> any, while the array is empty.
// INVARIANTS  (1) all objects of the array, and those of a batch that moves into it or out of it, lie on
//                 Node; but for one whose free was interrupted by a handler that changed it (TryPush), which
//                 nothing depends on.
//             (2) The cell's claimed slab may lie elsewhere: it is looked at before objects of it come into
//                 the array (SlabAlloc).
// REENTRY     a handler that finds the lock held does not look. A call abandoned after the change leaves an
//             empty array and another node.
// CHECKED BY  HomeNodeTests; OnNode (native)

using NoLockAlloc.Pages;

namespace NoLockAlloc.Slabs;

internal static unsafe class HomeNode
{
    /// <summary>What the fast path of a free does, where there are several nodes, if the object's is the
    /// array's. False: not by this way.</summary>
    internal static bool TryPush(nuint address, ThreadState* self, ulong frame)
    {
        if (self->Id == 0 || Nodes.AreOne || !Arena.Contains(address)) return false;
        nuint block = Arena.BlockOf(address);
        nuint words = (nuint)Arena.StateOf(block).Cell;
        return ThreadState.CellAt(self, words)->Node.Get() == Nodes.Of(block) + 1
            && FastPath.TryPush(address, words, self, frame);
    }

    /// <summary>Whether the array serves the wish; the node of an empty one is chosen first. Caller holds the
    /// lock.</summary>
    internal static bool Serves(KmemCacheThread* cell, int wish)
    {
        if (Nodes.AreOne) return true;
        if (cell->Head.Get() == 0) Set(cell, Nodes.Current());
        return wish == Nodes.Any || Of(cell) == (nuint)wish;
    }

    /// <summary>Whether the array takes the object; the node of an empty one is chosen first, if it matters.
    /// Caller holds the lock.</summary>
    internal static bool Takes(KmemCacheThread* cell, nuint address)
    {
        if (Nodes.AreOne) return true;
        nuint node = Nodes.Of(Arena.BlockOf(address));
        if (cell->Node.Get() == node + 1) return true;
        if (cell->Head.Get() != 0) return false;
        Set(cell, Nodes.Current());
        return Of(cell) == node;
    }

    /// <summary>Caller holds the lock, and the array is empty.</summary>
    internal static void Set(KmemCacheThread* cell, nuint node)
    {
        if (!Nodes.AreOne) cell->Node.Set(node + 1);
    }

    /// <summary>It has been chosen.</summary>
    internal static nuint Of(KmemCacheThread* cell) => Nodes.AreOne ? 0 : (nuint)cell->Node.Get() - 1;

    /// <summary>The cell passes to another thread, which may run elsewhere. Caller holds the lock.</summary>
    internal static void Forget(KmemCacheThread* cell)
    {
        if (!Nodes.AreOne && cell->Head.Get() == 0) cell->Node.Set(0);
    }
}
