// SPDX-License-Identifier: MIT
// A stack of frames, as far as the allocator looks at it: a return address a frame. A frame that is left is
// overwritten, or stays as it was, as after siglongjmp().

using System;
using System.Runtime.InteropServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Words;

namespace NoLockAlloc.Tests.World;

internal sealed unsafe class FakeStack(nuint number) : IDisposable
{
    private const nuint Bytes = 65536;
    private const nuint FrameBytes = 1024;

    private readonly byte* _memory = (byte*)NativeMemory.AllocZeroed(Bytes);
    private nuint _used;
    private ulong _calls;

    /// <summary>Whether the frames of ended and abandoned calls keep their contents.</summary>
    internal bool KeepsOldFrames { get; set; }

    internal nuint End => (nuint)_memory + Bytes;

    internal bool Contains(nuint address) => address - (nuint)_memory < Bytes;

    /// <summary>Somebody is about to look at it.</summary>
    internal void Look() => Atomic.Hook?.Touch(number, writes: false);

    /// <summary>The frame of a call from here: what a trampoline passes.</summary>
    internal ulong Enter()
    {
        Atomic.Hook?.Touch(number, writes: true);
        _used += FrameBytes;
        if (_used >= Bytes) throw new InvalidOperationException("The stack is used up.");
        ulong* at = (ulong*)(_memory + Bytes - _used);
        *at = 0x400000 + ++_calls * 5;
        return LocalLock.Frame((ulong)at, *at);
    }

    /// <summary>Of the call that was entered last: its caller's lies there, 0 unless a test writes one.
    /// </summary>
    internal nuint FramePointer => (nuint)(_memory + Bytes - _used) - sizeof(ulong);

    internal void Leave()
    {
        Atomic.Hook?.Touch(number, writes: true);
        if (!KeepsOldFrames) *(ulong*)(_memory + Bytes - _used) = 0;
        _used -= FrameBytes;
    }

    public void Dispose() => NativeMemory.Free(_memory);
}
