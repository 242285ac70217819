// SPDX-License-Identifier: MIT
// In whose name a cache is created: that of the calling thread's block, or, where the thread has none or a
// call that this one interrupted is creating one, that of a block that is visited. So an abandoned creation
// is known by the block whose lock it holds, and undone by the block's next creation or next owner.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe class MakerLock
{
    /// <summary>self: the calling thread's block or null. Null: there is no block to be had.</summary>
    internal static ThreadState* Enter(ThreadState* self, ulong frame)
    {
        if (self != null && self->MakerLock.TryTake(frame, out bool wasAbandoned))
        {
            if (wasAbandoned) Settle(self);
            return self;
        }
        return ThreadBlocks.VisitAny(frame);
    }

    internal static void Leave(ThreadState* self, ThreadState* maker)
    {
        if (maker == self) self->MakerLock.Free();
        else ThreadBlocks.Leave(maker);
    }

    /// <summary>What an abandoned call was creating in this block's name is dead before it lived. Caller
    /// holds the lock, or the block.</summary>
    internal static void Settle(ThreadState* maker)
    {
        for (int number = Sizes.FirstCreated; number <= KmemCache.Last; number++)
        {
            ref SharedWord word = ref CacheDescriptor.Of(number)->State;
            CacheState state = new(word.Load());
            if (state.IsMadeBy(maker->Id)) word.TryReplace(state.Value, state.ToDying().Value);
        }
    }
}
