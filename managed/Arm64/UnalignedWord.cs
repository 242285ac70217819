// SPDX-License-Identifier: MIT
// For arm64, in the place of Words/UnalignedWord.cs. Volatile would be ldar and stlr, which fault at an address
// that is no multiple of 8; so these are plain accesses, which fault nowhere in memory, between barriers that
// keep them where they stand. It is the compiler that must be told: a handler sees its own thread's accesses in
// program order. Another thread never looks.
//
// One instruction reads or writes all of the word. Where that is not atomic (before ARMv8.4, FEAT_LSE2) an
// interrupt may come in the middle, and the instruction is performed anew afterwards: so to the call itself the
// handler came before it (LocalLock, invariant 1). The handler may find half of it:
//   taking      lower half first: held, by a frame with the last holder's tag and upper address bits. If that
//               looks abandoned, the handler takes the lock; nothing has been done under it yet. If not, it
//               serves its caller in another way. Upper half first: free.
//   releasing   lower half first: free. Upper half first: held by a frame below 4 GiB with tag 0; the same two
//               cases, and all that was done under the lock is done.

using System.Runtime.CompilerServices;
using System.Threading;

namespace NoLockAlloc.Words;

internal struct UnalignedWord
{
    private ulong _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Get()
    {
        ulong value = _value;
        Interlocked.MemoryBarrier();
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Set(ulong value)
    {
        Interlocked.MemoryBarrier();
        _value = value;
        Interlocked.MemoryBarrier();
    }
}
