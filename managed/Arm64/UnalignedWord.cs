// SPDX-License-Identifier: MIT
// For arm64, in the place of Words/UnalignedWord.cs. Volatile would be ldar and stlr, which fault at an address
// that is no multiple of 8; so these are plain accesses, which fault nowhere in memory, between barriers that
// keep them where they stand. It is the compiler that must be told: a handler sees its own thread's accesses in
// program order. One instruction reads or writes all of the word, so no handler comes in the middle; another
// thread never looks.

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
