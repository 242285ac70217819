// SPDX-License-Identifier: MIT
// A struct alloc_tag in a program's memory, and its module.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using NoLockAlloc.Api;
using NoLockAlloc.Tags;

namespace NoLockAlloc.Tests.World;

internal sealed unsafe class CallSite : IDisposable
{
    private readonly List<nint> _texts = [];

    internal CallSite(string file, ulong line, string function, TagModule* module)
    {
        Tag = (AllocTag*)NativeMemory.AllocZeroed((nuint)sizeof(AllocTag));
        Tag->Module = module;
        Tag->File = Text(file);
        Tag->Function = Text(function);
        Tag->Line = line;
    }

    internal AllocTag* Tag { get; }

    internal TagEntry* Entry => TagEntry.Of((uint)Tag->Id.Load());

    internal static TagModule* NewModule(string name = null)
    {
        TagModule* module = (TagModule*)NativeMemory.AllocZeroed((nuint)sizeof(TagModule));
        if (name != null) module->Name = (byte*)Marshal.StringToCoTaskMemUTF8(name);
        return module;
    }

    internal nuint Alloc(FakeThread thread, nuint size, uint gfp = 0) => thread.Run(frame =>
        KmallocSlow.AllocTagged(size, gfp, Kmalloc.AnyNode, Tag, thread.Block, frame));

    internal (ulong Bytes, ulong Calls) Counts() => (Entry->Bytes.Load(), Entry->Calls.Load());

    public void Dispose()
    {
        foreach (nint text in _texts) Marshal.FreeCoTaskMem(text);
        NativeMemory.Free(Tag);
    }

    private byte* Text(string text)
    {
        nint copy = Marshal.StringToCoTaskMemUTF8(text);
        _texts.Add(copy);
        return (byte*)copy;
    }
}
