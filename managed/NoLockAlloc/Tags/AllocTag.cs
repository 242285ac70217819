// SPDX-License-Identifier: MIT
// struct alloc_tag of include/nolockalloc/alloc_tag.h: a call site, in the program's memory, which may be
// unloaded. Only Id is written here; all else is read once, when the tag is first used or loaded.

using System.Runtime.InteropServices;
using NoLockAlloc.Words;

namespace NoLockAlloc.Tags;

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct AllocTag
{
    /// <summary>One for each program or shared object; its address is the module's key.</summary>
    internal TagModule* Module;
    internal byte* File;
    internal byte* Function;
    internal ulong Line;

    /// <summary>The number of the tag's entry; 0: it has none yet. From 0 by compare-exchange.</summary>
    internal SharedWord Id;
}

/// <summary>struct nolockalloc_tag_module.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TagModule
{
    /// <summary>Null: the rows name no module.</summary>
    internal byte* Name;
}
