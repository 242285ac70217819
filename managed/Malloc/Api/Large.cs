// SPDX-License-Identifier: MIT
// Objects that no slab has room for: up to 4 MiB a run of blocks of the arena (Slabs/Runs.cs), beyond that a
// mapping of its own (Pages/Mappings.cs).

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

internal static unsafe class Large
{
    internal const nuint MostOfRun = PageRuns.MaximumBlocks << Arena.BlockShift;

    /// <summary>0: there is no memory. isZero: all of it is zero.</summary>
    internal static nuint Take(
        nuint size, nuint alignment, ThreadState* self, ulong frame, out bool isZero)
    {
        isZero = true;
        if (size > MostOfRun || alignment > MostOfRun) return Mappings.Take(size, alignment);
        nuint align = alignment > Arena.BlockBytes ? alignment >> Arena.BlockShift : 1;
        nuint first = Runs.Take(self, BlocksFor(size), align, frame, out isZero);
        return first == PageRuns.None ? 0 : Arena.AddressOf(first);
    }

    /// <summary>A run of so many bytes that can grow in place to the longest there is: what follows it is free,
    /// until somebody takes it. Never asks that memory be reclaimed. 0: there is no such place.</summary>
    internal static nuint TakeWithRoom(nuint size, ThreadState* self, ulong frame)
    {
        if (size > MostOfRun) return 0;
        self = ThreadBlocks.Current(self, frame);
        nuint first = Runs.TakeOnce(self, PageRuns.MaximumBlocks, 1, frame, out _);
        if (first == PageRuns.None) return 0;
        Runs.TryShrink(self, first, BlocksFor(size), frame);
        return Arena.AddressOf(first);
    }

    /// <summary>False: no such object begins there.</summary>
    internal static bool TryFree(nuint address, ThreadState* self, ulong frame)
    {
        if (!PageRuns.IsRunHead(address)) return Mappings.TryFree(address);
        self = ThreadBlocks.Current(self, frame);
        return Runs.TryFree(self, Arena.BlockOf(address), frame);
    }

    /// <summary>How long the object is; 0: none begins there.</summary>
    internal static nuint BytesOf(nuint address) => PageRuns.IsRunHead(address)
        ? PageRuns.BlocksOf(Arena.BlockOf(address)) << Arena.BlockShift
        : Mappings.BytesOf(address);

    /// <summary>Make the object another size without copying it; the size is no slab's. The new address; 0:
    /// that cannot be done, and nothing has changed.</summary>
    internal static nuint Resize(nuint address, nuint size, ThreadState* self, ulong frame)
    {
        if (!PageRuns.IsRunHead(address)) return Mappings.Resize(address, size);
        self = ThreadBlocks.Current(self, frame);
        nuint first = Arena.BlockOf(address);
        nuint old = PageRuns.BlocksOf(first);
        nuint blocks = BlocksFor(size);
        bool isSo = blocks == old ||
            (blocks < old && Runs.TryShrink(self, first, blocks, frame)) ||
            (blocks > old && Runs.TryGrow(self, first, blocks, frame, out _));
        return isSo ? address : 0;
    }

    private static nuint BlocksFor(nuint size) => (size + Arena.BlockBytes - 1) >> Arena.BlockShift;
}
