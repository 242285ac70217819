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

    /// <summary>One reference less. True: that was the last, and the cache is dead, in that state, and its
    /// twin in that. isBad: there was none.</summary>
    internal static bool TryKill(int number, out bool isBad, out CacheState dead, out CacheState deadTwin)
    {
        dead = default;
        deadTwin = default;
        ref SharedWord word = ref CacheDescriptor.Of(number)->State;
        while (true)
        {
            CacheState state = new(word.Load());
            isBad = !state.IsLive || state.References == 0;
            if (isBad) return false;
            bool isLast = state.References == 1 && CacheTwin.Has(number);
            CacheState twin = isLast ? CacheDescriptor.StateOf(CacheTwin.Of(number)) : default;
            CacheState next = isLast ? state.ToDying() : state.Unreferenced();
            if (!word.TryReplace(state.Value, next.Value)) continue;
            if (!isLast) return false;
            dead = next;
            deadTwin = twin.ToDying();
            KillTwin(number, twin);
            return true;
        }
    }

    /// <summary>The cache is dead, and so is its twin from now on. twin: its state while the cache
    /// lived.</summary>
    private static void KillTwin(int number, CacheState twin)
    {
        ref SharedWord word = ref CacheDescriptor.Of(CacheTwin.Of(number))->State;
        if (twin.IsLive) word.TryReplace(twin.Value, twin.ToDying().Value);
        Arena.Header->CacheDeaths.Add(1);
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

    /// <summary>The twin of a dead cache, which a call was abandoned before it killed. The twin's state is
    /// read first: it cannot be that of a life after the one that is over.</summary>
    private static void KillOrphan(int number)
    {
        CacheState twin = CacheDescriptor.StateOf(CacheTwin.Of(number));
        if (twin.IsLive && CacheDescriptor.StateOf(number).IsDying) KillTwin(number, twin);
    }

    /// <summary>A number whose cache and twin are gone, which are both Creating then. 0: there is none.
    /// </summary>
    private static int ClaimNumber(ThreadState* maker)
    {
        for (int number = Sizes.FirstCreated; number <= Sizes.LastCreated; number++)
        {
            KillOrphan(number);
            if (!TryClaim(number, maker)) continue;
            if (TryClaim(CacheTwin.Of(number), maker)) return number;
            Disclaim(number);
        }
        return 0;
    }

    private static bool TryClaim(int number, ThreadState* maker)
    {
        CacheState state = CacheDescriptor.StateOf(number);
        bool isFree = state.Kind == CacheState.KindUnused || (state.IsDying && DyingCaches.IsGone(number));
        if (!isFree) return false;
        PageAllocator.RaiseTo(ref Arena.Header->HighCache, (ulong)number);
        CacheState creating = state.ToCreating(maker->Id);
        if (!CacheDescriptor.Of(number)->State.TryReplace(state.Value, creating.Value)) return false;
        if (DyingCaches.IsGone(number)) return true;
        Disclaim(number); // somebody came to sweep it meanwhile
        return false;
    }

    /// <summary>What the caller claimed is dead again.</summary>
    private static void Disclaim(int number)
    {
        CacheState creating = CacheDescriptor.StateOf(number);
        CacheDescriptor.Of(number)->State.TryReplace(creating.Value, creating.ToDying().Value);
    }

    /// <summary>The twin lives first: a cache that lives has one.</summary>
    private static void Complete(int number, byte* name, in CacheGeometry geometry)
    {
        bool isAccounted = (geometry.Flags & SlabFlags.Account) != 0;
        uint flags = isAccounted ? CacheDescriptor.FlagsOfExtended : 0;
        CacheDescriptor* twin = CacheDescriptor.Of(CacheTwin.Of(number));
        CacheDescriptor* cache = CacheDescriptor.Of(number);
        Describe(CacheTwin.Of(number), name, geometry, CacheDescriptor.FlagsOfExtended);
        twin->SlabFlags |= SlabFlags.NoMerge;
        twin->State.Store(CacheDescriptor.StateOf(CacheTwin.Of(number)).ToLive(0).Value);
        Describe(number, name, geometry, flags);
        if (isAccounted) cache->Cell = 0;
        cache->State.Store(CacheDescriptor.StateOf(number).ToLive(1).Value);
    }

    private static void Describe(int number, byte* name, in CacheGeometry geometry, uint flags)
    {
        CacheDescriptor* cache = CacheDescriptor.Of(number);
        cache->SetGeometry(geometry.Size, geometry.ObjectSize, flags);
        cache->SetDebugging(geometry.Layout, geometry.DebugFlags);
        cache->Align = geometry.Align;
        cache->SlabFlags = geometry.Flags;
        cache->Constructor = geometry.Constructor;
        CacheDescriptor.SetName(number, name);
        for (nuint i = 0; i <= Barn.FreeDirect; i++) Barn.Counter(number, i).Store(0);
        cache->Cell = (ushort)KmemCache.Of(number).Cell;
    }
}
