// SPDX-License-Identifier: MIT
// A thread: a slot, a number and a stack. A handler is a second call while the first is under way.

using System;
using System.Runtime.InteropServices;
using System.Text;
using NoLockAlloc.Api;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Tests.World;

internal sealed unsafe class FakeThread : IDisposable
{
    private readonly FakeOs _os;

    internal FakeThread(FakeOs os, uint number)
    {
        _os = os;
        Number = number;
        Stack = new FakeStack(number);
        Slot = (void**)NativeMemory.Alloc((nuint)sizeof(void*));
        *Slot = os.BootThread;
        ActiveGroup = (ulong*)NativeMemory.AllocZeroed(sizeof(ulong));
        Task = (TaskContext*)NativeMemory.AllocZeroed((nuint)sizeof(TaskContext));
    }

    internal delegate nuint Call(ulong frame);

    internal uint Number { get; set; }

    /// <summary>Where it runs.</summary>
    internal uint Processor { get; set; }

    internal uint Node { get; set; }

    /// <summary>The OS knows it no more.</summary>
    internal bool IsGone { get; set; }

    internal void** Slot { get; }

    internal ulong* ActiveGroup { get; }

    internal TaskContext* Task { get; }

    internal FakeStack Stack { get; }

    internal ThreadState* Block => (ThreadState*)*Slot;

    /// <summary>The number of its block; 0: it has none.</summary>
    internal ulong Id => Block->Id;

    internal nuint Alloc(nuint size, uint gfp = 0, int node = Kmalloc.AnyNode) =>
        Run(frame => Kmalloc.Alloc(size, gfp, node, Block, frame));

    internal void Free(nuint address) => Run(frame =>
    {
        Kmalloc.Free(address, Block, frame);
        return 0;
    });

    internal nuint AllocNormal(nuint size, uint gfp = Gfp.Kernel) =>
        Run(frame => KmallocNormal.Alloc(size, gfp, Block, frame));

    internal void FreeNormal(nuint address) => Run(frame =>
    {
        KmallocNormal.Free(address, Block, frame);
        return 0;
    });

    /// <summary>kmem_cache_create.</summary>
    internal CacheDescriptor* Create(
        string name, uint size, uint align = 0, uint flags = 0, nuint constructor = 0) =>
        (CacheDescriptor*)Run(frame =>
        {
            fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
            {
                bool isRight = CacheGeometry.TryMake(size, align, flags, constructor, out CacheGeometry geometry);
                return (nuint)CacheMaking.Create(text, geometry, isRight, flags, Block, frame);
            }
        });

    internal void Destroy(CacheDescriptor* cache) => Run(frame =>
    {
        CacheMaking.Destroy(cache, Block, frame);
        return 0;
    });

    internal nuint Alloc(CacheDescriptor* cache, uint gfp = Gfp.Kernel) =>
        Run(frame => Caches.Alloc(cache, gfp, Block, frame));

    internal nuint AllocNolock(CacheDescriptor* cache) =>
        Run(frame => Caches.AllocNolock(cache, 0, Kmalloc.AnyNode, Block, frame));

    internal void Free(CacheDescriptor* cache, nuint address) => Run(frame =>
    {
        Caches.Free(cache, address, Block, frame);
        return 0;
    });

    internal nuint SizeOf(nuint address) => Run(frame => KmallocSlow.SizeOf(address, frame));

    internal nuint Trim() => Run(frame => Reclaim.Trim(ThreadBlocks.Current(Block, frame), frame));

    internal nuint Drain() => Run(frame =>
    {
        ThreadState* self = ThreadBlocks.Current(Block, frame);
        return self == null ? 0 : Reclaim.Drain(self, frame);
    });

    internal void Exit() => Run(frame =>
    {
        ThreadBlocks.Exit(Slot, frame);
        return 0;
    });

    internal KmemCacheThread* CellFor(nuint size) =>
        ThreadState.Cell(Block, KmemCache.BucketOf(size));

    /// <summary>Do something on this thread, in a frame of its own.</summary>
    internal nuint Run(Call call)
    {
        FakeThread before = _os.Swap(this);
        ulong frame = Stack.Enter();
        try
        {
            return call(frame);
        }
        finally
        {
            Stack.Leave();
            _os.Swap(before);
        }
    }

    public void Dispose()
    {
        Stack.Dispose();
        NativeMemory.Free(Slot);
        NativeMemory.Free(ActiveGroup);
        NativeMemory.Free(Task);
    }
}
