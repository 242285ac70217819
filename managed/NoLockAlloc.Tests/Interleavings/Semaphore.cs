// SPDX-License-Identifier: MIT
// sem_t: control passes from one thread to another hundreds of thousands of times, and nothing of .NET does
// it as fast.

using System;
using System.Runtime.InteropServices;

namespace NoLockAlloc.Tests.Interleavings;

internal sealed unsafe class Semaphore : IDisposable
{
    private const nuint Bytes = 64;

    private readonly void* _semaphore = NativeMemory.AllocZeroed(Bytes);

    internal Semaphore()
    {
        if (sem_init(_semaphore, 0, 0) != 0) throw new InvalidOperationException("No semaphore.");
    }

    internal void Post() => sem_post(_semaphore);

    internal void Wait()
    {
        while (sem_wait(_semaphore) != 0)
        {
            // A signal of the runtime came by.
        }
    }

    public void Dispose() => NativeMemory.Free(_semaphore);

    [DllImport("libc")]
    private static extern int sem_init(void* semaphore, int isShared, uint value);

    [DllImport("libc")]
    private static extern int sem_post(void* semaphore);

    [DllImport("libc")]
    private static extern int sem_wait(void* semaphore);
}
