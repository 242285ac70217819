// SPDX-License-Identifier: MIT
// kmem_cache_create, kmem_cache_destroy and kmem_cache_shrink (mm/slab_common.c): the checks, and what is
// said when something is wrong. Normal context; in a handler they work as well, but for waiting.

using NoLockAlloc.Debug;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

internal static unsafe class CacheMaking
{
    private const ulong InvalidArgument = 22;
    private const ulong NoMemory = 12;
    private const int LeaksShown = 16;

    internal static CacheDescriptor* Create(
        byte* name, CacheGeometry geometry, bool isRight, uint flags, ThreadState* self, ulong frame)
    {
        CacheDescriptor* cache = null;
        if (isRight && name != null && Arena.Ensure() && geometry.TryDebug(name))
        {
            cache = CacheLife.Create(ThreadBlocks.Current(self, frame), name, geometry, frame);
        }
        if (cache != null) return cache;
        ReportFailure(name, isRight && name != null ? NoMemory : InvalidArgument);
        if ((flags & SlabFlags.Panic) != 0) Os.Abort();
        return null;
    }

    internal static void Destroy(CacheDescriptor* cache, ThreadState* self, ulong frame)
    {
        if (cache == null) return;
        int number = CacheDescriptor.NumberOf(cache);
        bool isBad = number == 0;
        CacheState dead = default;
        CacheState deadTwin = default;
        bool isDead = !isBad && CacheLife.TryKill(number, out isBad, out dead, out deadTwin);
        if (isBad) Report.Bad(Report.NotCache, (nuint)cache, KmallocSlow.CallerOf(frame));
        if (!isDead) return;
        Bury(number, dead, self, frame);
        Bury(CacheTwin.Of(number), deadTwin, self, frame);
    }

    private static void Bury(int number, CacheState dead, ThreadState* self, ulong frame)
    {
        CacheLeaks.AwaitDeferred(number);
        nuint leak = CacheLeaks.FindFrom(0, number, dead);
        if (leak != 0) ReportLeaks(leak, number, dead, KmallocSlow.CallerOf(frame));
        CacheLife.Bury(ThreadBlocks.Current(self, frame), number, frame);
    }

    /// <summary>0: no slab is left.</summary>
    internal static int Shrink(CacheDescriptor* cache, ThreadState* self, ulong frame)
    {
        int number = CacheDescriptor.NumberOf(cache);
        if (number == 0 || !CacheDescriptor.IsLive(number))
        {
            Report.Bad(Report.NotCache, (nuint)cache, KmallocSlow.CallerOf(frame));
            return 0;
        }
        self = ThreadBlocks.Current(self, frame);
        if (self != null) Reclaim.Shrink(self, number, frame);
        if (!CacheTwin.Has(number)) return DyingCaches.HasSlab(number) ? 1 : 0;
        if (self != null) Reclaim.Shrink(self, CacheTwin.Of(number), frame);
        return DyingCaches.HasSlab(number) || DyingCaches.HasSlab(CacheTwin.Of(number)) ? 1 : 0;
    }

    private static void ReportFailure(byte* name, ulong error)
    {
        Text line = new(2);
        line.Add("nolockalloc: kmem_cache_create("u8);
        line.AddText(name);
        line.Add(") failed with error -"u8);
        line.AddNumber(error);
        Report.Finish(ref line);
    }

    private static void ReportLeaks(nuint leak, int number, CacheState dead, ulong caller)
    {
        bool isDebug = DebugCache.TryOf(number, out DebugCache cache);
        Text line = new(2);
        line.Add("nolockalloc: kmem_cache_destroy "u8);
        line.AddText(CacheDescriptor.NameOf(number));
        line.Add(": Slab cache still has objects when called from "u8);
        line.AddHex(caller);
        line.EndLine();
        for (int i = 0; leak != 0; i++)
        {
            nuint address = isDebug ? leak + cache.Left : leak;
            line.Add(i < LeaksShown ? "nolockalloc: Object "u8 : "nolockalloc: and others, from "u8);
            line.AddHex(address);
            line.Add(" @offset="u8);
            line.AddNumber(address % Arena.BlockBytes);
            line.EndLine();
            if (isDebug) ObjectDump.Tracks(ref line, cache.EntryOf(address));
            leak = i < LeaksShown ? CacheLeaks.FindFrom(leak + 1, number, dead) : 0;
        }
        Report.Count();
        Report.AbortIfWanted();
    }
}
