// SPDX-License-Identifier: MIT

using System;
using System.Linq;
using NoLockAlloc.Debug;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Tests.World;
using NoLockAlloc.Words;

namespace NoLockAlloc.Tests.Debug;

/// <summary>A world with debug caches, one thread, and what it said.</summary>
internal sealed unsafe class DebugScene : IDisposable
{
    internal DebugScene(string options = "slub_debug=FZPU") =>
        World = new FreshWorld("arena=1m,threads=4," + options);

    internal FreshWorld World { get; }

    internal FakeThread Thread => World.Thread;

    internal static string Said => FreshWorld.Machine.Output;

    internal static int Errors => Said.Split('\n').Count(line => line.StartsWith("BUG ", StringComparison.Ordinal));

    internal byte* Alloc(nuint size, uint gfp = 0) => (byte*)Thread.Alloc(size, gfp);

    internal void Free(byte* at) => Thread.Free((nuint)at);

    internal int Validate(string cache = null)
    {
        byte[] name = cache == null ? null : System.Text.Encoding.ASCII.GetBytes(cache + "\0");
        return (int)Thread.Run(frame =>
        {
            fixed (byte* at = name) return (nuint)(nint)Validation.Run(at, new DebugCall(Thread.Block, frame));
        });
    }

    internal static DebugCache CacheOf(byte* at) => DebugCache.Of(Slab.CacheAt((nuint)at));

    internal static DebugEntry* EntryOf(byte* at) => CacheOf(at).EntryOf((nuint)at);

    internal static ulong KindOf(byte* at) => new DebugWord(EntryOf(at)->State.Load())
        .KindIn(Arena.StateOf(Arena.BlockOf((nuint)at)).Generation);

    public void Dispose() => World.Dispose();
}
