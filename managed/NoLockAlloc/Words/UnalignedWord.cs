// SPDX-License-Identifier: MIT
// A LocalWord that need not lie at a multiple of its size: a cell's LocalLock does not (DECISIONS 20). For
// x86-64 it is an ordinary one. For arm64, whose ordered accesses fault there, the build takes
// Arm64/UnalignedWord.cs.

using System.Runtime.CompilerServices;
using NoLockAlloc.Machine;

namespace NoLockAlloc.Words;

internal struct UnalignedWord
{
    private ulong _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Get() => Atomic.LoadLocal(ref _value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Set(ulong value) => Atomic.StoreLocal(ref _value, value);
}
