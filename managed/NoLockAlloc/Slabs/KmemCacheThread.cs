// SPDX-License-Identifier: MIT
// struct kmem_cache_cpu (6.18) and its sheaf (7.0), per thread: what one thread keeps of one bucket, called
// its cell. Everything here belongs to the thread and to the handlers that interrupt it; the lock tells
// them apart. Other threads read the counters, and the next owner of the thread block inherits the rest.
//
// STATE       Head: objects in the array, or Pending. Objects[0 .. Head-1]: the array, a stack.
// WRITERS     the holder of the lock. DeferPending and the deferral slots: also handlers (DeferFree).
// TRANSITIONS push: store the object, then Head + 1. Pop: Head - 1. Batches: see Journal.
// ORDER       program order; a handler sees the stores one by one in that order.
// INVARIANTS  (1) Objects[i] with i < Head are free objects of this bucket, each once.
//             (2) One store of Head is the moment at which an object, or a batch, changes hands. A call that
//                 is abandoned on either side of it leaves the array right; it loses the object in hand.
//             (3) Pending is negative as a number and huge as an unsigned one: the fast paths fall out by
//                 the tests that they make anyway.
// REENTRY     a handler that finds the lock held reads nothing here but DeferPending and the slots.
// CHECKED BY  KmemCacheThreadTests; ReentrancyTest, AbandonmentTest (native)

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

[StructLayout(LayoutKind.Explicit, Size = (int)Bytes)]
internal unsafe struct KmemCacheThread
{
    internal const nuint Bytes = ArenaLayout.CellBytes;
    internal const nuint CellWords = Bytes / sizeof(ulong);
    internal const int DeferSlots = 8;

    internal const ulong Pending = ArrayHead.Pending;

    /// <summary>Lies in a gap of Head: its lower half is stored together with the head.</summary>
    [FieldOffset(0x04)] internal LocalLock Lock;
    [FieldOffset(0x00)] internal ArrayHead Head;

    /// <summary>KmemCache.StartBias. Lies in the head's other gap.</summary>
    [FieldOffset(0x0c)] internal uint StartBias;

    /// <summary>Not 0: a handler has deferred frees to whoever holds the lock.</summary>
    [FieldOffset(0x20)] internal SharedWord DeferPending;

    /// <summary>KmemCache.Reciprocal. 0 in the cell that stands for "no bucket".</summary>
    [FieldOffset(0x28)] internal uint Reciprocal;

    [FieldOffset(0x2c)] private uint _capacity;

    internal ulong Capacity { readonly get => _capacity; set => _capacity = (uint)value; }

    /// <summary>The slab that this cell has claimed, or 0. True only if the block's state says so too.
    /// </summary>
    [FieldOffset(0x30)] internal LocalWord Slab;

    /// <summary>DeferSlots words: DeferFree.</summary>
    [FieldOffset(0x40)] internal SharedWord FirstDefer;

    /// <summary>Journal of a batch that moves: Journal.</summary>
    [FieldOffset(0x80)] internal LocalWord JournalKind;
    [FieldOffset(0x88)] internal LocalWord JournalPlace;
    [FieldOffset(0x90)] internal LocalWord JournalValue;

    /// <summary>The number of the thread block, from 1, and the number of the cache.</summary>
    [FieldOffset(0x98)] internal ulong Owner;
    [FieldOffset(0xa0)] private LocalHalfWord _bucket;

    [FieldOffset(0xa8)] internal LocalWord SlowAllocs;
    [FieldOffset(0xb0)] internal LocalWord SlowFrees;
    [FieldOffset(0xb8)] internal LocalWord Refilled;
    [FieldOffset(0xc0)] internal LocalWord Flushed;
    [FieldOffset(0xc8)] internal LocalWord BarnGets;
    [FieldOffset(0xd0)] internal LocalWord BarnPuts;
    [FieldOffset(0xd8)] internal LocalWord BarnObjectsIn;
    [FieldOffset(0xe0)] internal LocalWord BarnObjectsOut;
    [FieldOffset(0xe8)] internal LocalWord Retries;
    [FieldOffset(0xf0)] internal LocalWord Deferred;
    [FieldOffset(0xf8)] internal LocalWord Drained;
    [FieldOffset(0x100)] internal LocalWord Recovered;

    /// <summary>Journal of a block that may be this cell's though Slab does not name it. Two words.</summary>
    [FieldOffset(0x108)] internal ClaimJournal Claim;

    /// <summary>Journal: what the counter of the moved objects will be.</summary>
    [FieldOffset(0x118)] internal LocalWord JournalCounter;

    /// <summary>The frame of the lock's holder if it is on a slow path, and so will look for deferred frees
    /// before it is done. A fast path never does, and never writes this.</summary>
    [FieldOffset(0x120)] internal LocalWord Drainer;

    /// <summary>LockChain's.</summary>
    [FieldOffset(0x128)] internal LocalWord LockStamp;

    /// <summary>HomeNode's.</summary>
    [FieldOffset(0x130)] internal LocalWord Node;

    /// <summary>Stands below Objects[0] and is never an object, so that the fast path may compare with
    /// Objects[Head - 1] before it knows that there is one.</summary>
    [FieldOffset(0x138)] internal ulong Guard;

    /// <summary>128 words, and one below PendingTop that is 0.</summary>
    [FieldOffset(0x140)] internal LocalWord FirstObject;

    internal int Bucket => (int)_bucket.Get();

    internal KmemCache Cache => KmemCache.Of(Bucket);

    internal bool HasUnsettled =>
        JournalKind.Get() != 0 || Claim.Block != 0 || (long)Head.Get() < 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ref LocalWord Object(KmemCacheThread* self, ulong index) =>
        ref *At(self, index);

    internal static LocalWord* At(KmemCacheThread* self, ulong index) =>
        &self->FirstObject + (self->Head.First + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ref SharedWord Defer(KmemCacheThread* self, int index) =>
        ref (&self->FirstDefer)[index];

    /// <summary>Whether the cell has been prepared. Where it has not, all of it is 0 but for the lock.
    /// </summary>
    internal bool IsPrepared => Bucket != 0;

    /// <summary>Write what never changes; the bucket last. Nobody uses the cell yet.</summary>
    internal static void Prepare(KmemCacheThread* self, ulong owner, in KmemCache cache)
    {
        ulong capacity = cache.Capacity;
        self->Owner = owner;
        self->Capacity = capacity;
        self->Head.Prepare(capacity);
        self->StartBias = cache.StartBias;
        self->Reciprocal = cache.FastReciprocal;
        self->_bucket.Set((uint)cache.Bucket);
    }

    /// <summary>As it was before Prepare; the bucket first written, last cleared, so that whoever finds a
    /// call abandoned in here finds a cell without room. Caller holds the lock, Drainer is 0, the array is
    /// empty. The objects' places too: the one below the first of another capacity has to be 0.</summary>
    internal static void Unprepare(KmemCacheThread* self)
    {
        Bug.On(self->Lock.IsFree || self->Head.Get() != 0 || self->Slab.Get() != 0);
        self->Reciprocal = 0;
        self->StartBias = 0;
        self->Capacity = 0;
        self->Head.Reset();
        for (LocalWord* place = &self->FirstObject; place < &self->FirstObject + ArrayHead.End; place++)
        {
            place->Set(0);
        }
        for (LocalWord* counter = &self->SlowAllocs; counter <= &self->Recovered; counter++) counter->Set(0);
        self->_bucket.Set(0);
    }

    /// <summary>Caller holds the lock and has seen that there is room.</summary>
    internal static void Push(KmemCacheThread* self, nuint address)
    {
        ulong head = self->Head.Get();
        Bug.On(self->Lock.IsFree || head >= self->Capacity || !self->Cache.IsStart(address));
        Object(self, head).Set(address);
        self->Head.Set(head + 1);
    }

    /// <summary>Caller holds the lock and has seen that there is an object.</summary>
    internal static nuint Pop(KmemCacheThread* self)
    {
        ulong head = self->Head.Get() - 1;
        Bug.On(self->Lock.IsFree || head >= self->Capacity);
        ulong address = Object(self, head).Get();
        self->Head.Set(head);
        return (nuint)address;
    }

    /// <summary>Objects that the fast path has handed out: what came in and is neither here nor went
    /// another way.</summary>
    internal ulong CountPops()
    {
        ulong head = Head.Get();
        return Head.Frees + SlowFrees.Get() + Drained.Get() + Refilled.Get() + BarnObjectsIn.Get() -
            Flushed.Get() - BarnObjectsOut.Get() - ((long)head < 0 ? 0 : head);
    }
}
