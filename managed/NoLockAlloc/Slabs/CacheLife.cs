// SPDX-License-Identifier: MIT
// kmem_cache_create() and kmem_cache_destroy() (mm/slab_common.c), as far as caches go; the words for the
// user are in Api. No lock: Words/CacheState.cs has the protocol.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class CacheLife
{
    /// <summary>self: the calling thread's block or null. Null: all numbers are in use, by caches that live,
    /// that have leaked objects, or whose cells threads have that have not been in the allocator
    /// since.</summary>
    internal static CacheDescriptor* Create(
        ThreadState* self, byte* name, in CacheGeometry geometry, ulong frame)
    {
        CacheDescriptor* joined = CacheMerge.TryJoin(geometry);
        if (joined != null) return joined;
        ThreadState* maker = MakerLock.Enter(self, frame);
        if (maker == null) return null;
        int number = ClaimNumber(maker);
        if (number == 0)
        {
            Arena.Header->CacheDeaths.Add(1); // whoever was interrupted before it counted one counts now
            Reclaim.Everything(self, null, frame);
            number = ClaimNumber(maker);
        }
        if (number != 0) Complete(number, name, geometry);
        MakerLock.Leave(self, maker);
        return number == 0 ? null : CacheDescriptor.Of(number);
    }

    /// <summary>One reference less. True: that was the last, and the cache is dead, in that state. isBad:
    /// there was none.</summary>
    internal static bool TryKill(int number, out bool isBad, out CacheState dead)
    {
        dead = default;
        ref SharedWord word = ref CacheDescriptor.Of(number)->State;
        while (true)
        {
            CacheState state = new(word.Load());
            isBad = !state.IsLive || state.References == 0;
            if (isBad) return false;
            bool isLast = state.References == 1 && number >= Sizes.FirstCreated;
            CacheState next = isLast ? state.ToDying() : state.Unreferenced();
            if (!word.TryReplace(state.Value, next.Value)) continue;
            dead = next;
            if (isLast) Arena.Header->CacheDeaths.Add(1);
            return isLast;
        }
    }

    /// <summary>The cache is dead: empty the calling thread's cell, and those of threads that are
    /// gone.</summary>
    internal static void Bury(ThreadState* self, int number, ulong frame)
    {
        ThreadBlocks.Reap(frame);
        for (ulong id = 1; id <= Arena.Header->HighThread.Load(); id++)
        {
            if (!ThreadState.Cell(ThreadState.Of(id), number)->IsPrepared) continue;
            ThreadState* visited = ThreadBlocks.TryVisit(id, frame);
            if (visited == null) continue;
            DyingCaches.Empty(visited, frame);
            ThreadBlocks.Leave(visited);
        }
        ThreadState* sweeper = self != null ? self : ThreadBlocks.VisitAny(frame);
        if (sweeper == null) return;
        DyingCaches.Sweep(sweeper, number, frame);
        if (self == null) ThreadBlocks.Leave(sweeper);
    }

    private static int ClaimNumber(ThreadState* maker)
    {
        for (int number = Sizes.FirstCreated; number <= Sizes.LastCreated; number++)
        {
            CacheState state = CacheDescriptor.StateOf(number);
            bool isFree = state.Kind == CacheState.KindUnused ||
                (state.IsDying && DyingCaches.IsGone(number));
            if (!isFree) continue;
            PageAllocator.RaiseTo(ref Arena.Header->HighCache, (ulong)number);
            CacheState creating = state.ToCreating(maker->Id);
            ref SharedWord word = ref CacheDescriptor.Of(number)->State;
            if (!word.TryReplace(state.Value, creating.Value)) continue;
            if (DyingCaches.IsGone(number)) return number;
            word.TryReplace(creating.Value, creating.ToDying().Value); // somebody came to sweep it meanwhile
        }
        return 0;
    }

    private static void Complete(int number, byte* name, in CacheGeometry geometry)
    {
        CacheDescriptor* cache = CacheDescriptor.Of(number);
        cache->SetGeometry(geometry.Size, geometry.ObjectSize, 0);
        cache->Align = geometry.Align;
        cache->SlabFlags = geometry.Flags;
        cache->Constructor = geometry.Constructor;
        CacheDescriptor.SetName(number, name);
        for (nuint i = 0; i <= Barn.FreeDirect; i++) Barn.Counter(number, i).Store(0);
        cache->Cell = (ushort)KmemCache.Of(number).Cell;
        cache->State.Store(CacheDescriptor.StateOf(number).ToLive(1).Value);
    }
}
