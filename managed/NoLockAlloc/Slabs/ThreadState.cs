// SPDX-License-Identifier: MIT
// A thread block: what the thread's slot points to. Blocks are type-stable: they lie in an array out of
// band, are never unmapped, and pass from an ended thread to a new one with all that is in them.
//
// Memory picture, by offset: this header, which at the same time is the cell of "no bucket", so that a free
// of a pointer into a block that is no slab finds Reciprocal 0 there and falls out; then the cells of buckets
// 1 to 13; then the size table; then the journals of runs; then the cells of other caches. The block that
// every slot points to before its thread has one (native/thread.c) has no cells of other caches and is zero,
// but for what is left of a frame in the upper half of its lock: every fast path falls out of it by its
// ordinary tests.

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

[StructLayout(LayoutKind.Explicit, Size = (int)Sizes.ThreadBlockBytes)]
internal unsafe struct ThreadState
{
    internal const nuint CellsEnd = (KmemCache.Buckets + 1) * KmemCacheThread.Bytes;
    internal const int TableEntries = (int)KmemCache.MaximumSize >> Sizes.GranularityShift;

    /// <summary>So many calls of a thread, each inside the one before, may move runs and lose none when they
    /// are abandoned. A block's state has room for two.</summary>
    internal const int RunJournals = 2;

    internal const nuint JournalsAt = CellsEnd + TableEntries * sizeof(ushort);

    /// <summary>What the fast path of a free needs of the arena; 0 in the boot block. LimitBytes is 0
    /// where there are several nodes, and the fast path falls out: HomeNode.</summary>
    [FieldOffset(0x40)] internal nuint Base;
    [FieldOffset(0x48)] internal nuint LimitBytes;

    /// <summary>The block's number, from 1; 0: the boot block.</summary>
    [FieldOffset(0x50)] internal ulong Id;

    /// <summary>What the fast path handed out last, or 0; and a cell, in words, as CellAt wants it. A guess
    /// of the fast path of a free (HotThread): any value is right. A handler may find, and leave, another
    /// object's. A thread begins with none, so that its calls do the same whoever had the block.</summary>
    [FieldOffset(0x58)] internal LocalWord LastObject;
    [FieldOffset(0x70)] internal LocalWord LastCell;

    /// <summary>Held while the block is claimed or visited. Two words.</summary>
    [FieldOffset(0x60)] internal ClaimLock ClaimLock;

    /// <summary>Not 0: everything that never changes has been written.</summary>
    [FieldOffset(0x78)] internal LocalWord IsReady;

    /// <summary>The largest size that kmalloc's fast path serves, and what it ands the place of a cache's
    /// cell with: 0 if each of its allocations has to be looked at (failslab), and in the boot
    /// block.</summary>
    [FieldOffset(0x80)] internal nuint NormalMaximum;
    [FieldOffset(0x88)] internal nuint NormalMask;

    /// <summary>The same for kmem_cache_alloc_nolock, which nothing makes fail: 0 in the boot block, and
    /// where each call has to look at its context (preempt_rt).</summary>
    [FieldOffset(0x90)] internal nuint NolockMask;

    /// <summary>Held while a cache is created in this block's name: MakerLock.</summary>
    [FieldOffset(0x98)] internal LocalLock MakerLock;

    /// <summary>ArenaHeader.CacheDeaths when this block's cells of dead caches were last emptied.</summary>
    [FieldOffset(0xa0)] internal LocalWord SeenDeaths;

    /// <summary>The fork stamp under which its thread was last seen.</summary>
    [FieldOffset(0xa8)] internal LocalWord Stamp;

    /// <summary>Not 0: the thread's end will be seen by nla_thread_exit.</summary>
    [FieldOffset(0xb0)] internal LocalWord IsWatched;

    /// <summary>IrqWork.Slots words, where the array of "no bucket" would be, and an
    /// IrqWorkWord. (The word below stays 0: to fast paths the end of an empty array.)</summary>
    [FieldOffset(0x140)] internal SharedWord FirstIrqWork;
    [FieldOffset(0x340)] internal SharedWord IrqWorkHint;

    /// <summary>TableEntries distances of cells in words, by (size - 1) >> Sizes.GranularityShift.</summary>
    [FieldOffset((int)CellsEnd)] internal ushort FirstTable;

    [FieldOffset((int)JournalsAt)] internal RunJournal FirstRunJournal;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static KmemCacheThread* CellAt(ThreadState* self, nuint words) =>
        (KmemCacheThread*)((ulong*)self + words);

    /// <summary>The cell for a size of 1 to MaximumSize bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static KmemCacheThread* CellForSize(ThreadState* self, nuint sizeLessOne) =>
        CellAt(self, ((ushort*)((byte*)self + CellsEnd))[sizeLessOne >> Sizes.GranularityShift]);

    internal static KmemCacheThread* Cell(ThreadState* self, int bucket) =>
        CellAt(self, (nuint)bucket * KmemCacheThread.CellWords);

    /// <summary>The same, ready for use: the cell of a cache that is no bucket is prepared when it is first
    /// asked for. Null: an interrupted call is at that, or the cache has been destroyed.</summary>
    internal static KmemCacheThread* UsableCell(ThreadState* self, int bucket, ulong frame)
    {
        KmemCacheThread* cell = Cell(self, bucket);
        if (cell->IsPrepared) return cell;
        if (!CacheDescriptor.IsLive(bucket) || !cell->Lock.TryTake(frame, out _)) return null;
        if (!cell->IsPrepared) KmemCacheThread.Prepare(cell, self->Id, KmemCache.Of(bucket));
        bool isLive = CacheDescriptor.IsSurelyLive(bucket);
        if (!isLive) KmemCacheThread.Unprepare(cell);
        cell->Lock.Free();
        return isLive ? cell : null;
    }

    internal static RunJournal* RunJournal(ThreadState* self, int number) =>
        &self->FirstRunJournal + number;

    internal static ThreadState* Of(ulong id) =>
        (ThreadState*)(Arena.Header->ThreadBlocks + (nuint)(id - 1) * ArenaLayout.ThreadBlockBytes);

    internal static ref SharedWord WordOf(ulong id) => ref Arena.Header->ThreadWords[id - 1];

    /// <summary>Write what never changes.</summary>
    internal static void Prepare(ThreadState* self, ulong id)
    {
        if (self->IsReady.Get() != 0) return;
        self->Id = id;
        self->Base = Arena.Base;
        self->LimitBytes = Nodes.AreOne ? Arena.LimitBytes : 0;
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++)
        {
            KmemCacheThread.Prepare(Cell(self, bucket), id, KmemCache.Of(bucket));
        }
        PrepareTable(&self->FirstTable);
        bool isLookedAt = Arena.Header->Failslab.IsOn;
        self->NormalMaximum = isLookedAt ? 0 : KmemCache.MaximumSize;
        self->NormalMask = isLookedAt ? 0 : ~(nuint)0;
        self->NolockMask = KmemCache.Of(1).HasFastAlloc ? ~(nuint)0 : 0;
        for (int number = 0; number < RunJournals; number++)
        {
            RunJournal(self, number)->Owner = id;
            RunJournal(self, number)->Number = (ulong)number;
        }
        self->IsReady.Set(1);
    }

    private static void PrepareTable(ushort* table)
    {
        nuint entry = 0;
        for (int bucket = 1; bucket <= KmemCache.Buckets; bucket++)
        {
            KmemCache cache = KmemCache.Of(bucket);
            nuint end = cache.Size >> Sizes.GranularityShift;
            ulong words = cache.HasFastAlloc ? cache.Cell : 0;
            while (entry < end) table[entry++] = (ushort)words;
        }
    }

    /// <summary>Put in order whatever the last owner's calls left, wherever they were abandoned. Caller
    /// holds ClaimLock, and nobody else uses the cells.</summary>
    internal static void Settle(ThreadState* self, ulong frame)
    {
        for (int bucket = 1; bucket <= KmemCache.Last; bucket = KmemCache.After(bucket))
        {
            KmemCacheThread* cell = Cell(self, bucket);
            if (!cell->IsPrepared)
            {
                cell->Lock.Free();
                continue;
            }
            cell->Head.SettleCarry();
            if (!cell->Lock.IsFree) cell->Recovered.Count();
            cell->Lock.Take(frame);
            LockChain.Acquired(cell, frame);
            Journal.Settle(cell);
            DeferFree.Drain(cell, always: true);
            HomeNode.Forget(cell);
            cell->Drainer.Set(0);
            LockChain.Releasing(cell, frame);
            cell->Lock.Free();
        }
        RunGuard.SettleAll(self, frame);
        Slabs.MakerLock.Settle(self);
        self->MakerLock.Free();
        IrqWork.RunAll(self, frame);
    }
}
