// SPDX-License-Identifier: MIT
// The kinds of word that protocols are made of. A protocol's file documents who writes which word.

using System.Runtime.CompilerServices;
using NoLockAlloc.Machine;

namespace NoLockAlloc.Words;

/// <summary>A word that other threads may read and write.</summary>
internal struct SharedWord
{
    private ulong _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Load() => Atomic.LoadAcquire(ref _value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Store(ulong value) => Atomic.StoreRelease(ref _value, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryReplace(ulong expected, ulong desired) =>
        Atomic.TryReplace(ref _value, expected, desired);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Set(ulong bits) => Atomic.Or(ref _value, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Clear(ulong bits) => Atomic.And(ref _value, ~bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Add(ulong value) => Atomic.FetchAdd(ref _value, value);
}

/// <summary>A word that one thread writes, together with the handlers that interrupt it. Others may read
/// it for statistics. Reads and writes happen in program order as a handler sees them.</summary>
internal struct LocalWord
{
    private ulong _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Get() => Atomic.LoadLocal(ref _value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Set(ulong value) => Atomic.StoreLocal(ref _value, value);

    /// <summary>A counter for statistics. A handler that counts in the middle may go uncounted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Count(ulong events = 1) => _value += events;
}

/// <summary>Half a LocalWord: what lies in the other half is another's.</summary>
internal struct LocalHalfWord
{
    private uint _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint Get() => Atomic.LoadLocal(ref _value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Set(uint value) => Atomic.StoreLocal(ref _value, value);
}
