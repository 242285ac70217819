// SPDX-License-Identifier: MIT
// The C ABI of include/nolockalloc/kmalloc.h.

using System.Runtime.InteropServices;
using DNNE;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

public static unsafe class KmallocExports
{
    [UnmanagedCallersOnly(EntryPoint = "kmalloc")]
    [return: C99Type("void *")]
    public static nuint KmallocExport([C99Type("size_t")] nuint size, [C99Type("gfp_t")] uint flags)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        return KmallocNormal.Alloc(size, flags, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kfree")]
    public static void Kfree([C99Type("const void *")] void* address)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        KmallocNormal.Free((nuint)address, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "krealloc")]
    [return: C99Type("void *")]
    public static nuint Krealloc(
        [C99Type("const void *")] void* address, [C99Type("size_t")] nuint size,
        [C99Type("gfp_t")] uint flags)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        return KmallocUtil.Realloc((nuint)address, size, flags, null, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kfree_sensitive")]
    public static void KfreeSensitive([C99Type("const void *")] void* address)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        KmallocUtil.FreeSensitive((nuint)address, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kfree_bulk")]
    public static void KfreeBulk([C99Type("size_t")] nuint size, [C99Type("void **")] void** objects)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        KmallocUtil.FreeAll(size, objects, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kmemdup")]
    [return: C99Type("void *")]
    public static nuint Kmemdup(
        [C99Type("const void *")] void* from, [C99Type("size_t")] nuint size, [C99Type("gfp_t")] uint flags)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        return KmallocUtil.Duplicate((byte*)from, size, flags, null, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kmemdup_nul")]
    [return: C99Type("char *")]
    public static nuint KmemdupNul(
        [C99Type("const char *")] byte* from, [C99Type("size_t")] nuint size, [C99Type("gfp_t")] uint flags)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        return KmallocUtil.DuplicateText(from, size, flags, null, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kstrdup")]
    [return: C99Type("char *")]
    public static nuint Kstrdup([C99Type("const char *")] byte* text, [C99Type("gfp_t")] uint flags)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        nuint length = Text.LengthOf(text);
        return KmallocUtil.DuplicateText(text, length, flags, null, self, Exports.FrameOf(&caller));
    }

    [UnmanagedCallersOnly(EntryPoint = "kstrndup")]
    [return: C99Type("char *")]
    public static nuint Kstrndup(
        [C99Type("const char *")] byte* text, [C99Type("size_t")] nuint most, [C99Type("gfp_t")] uint flags)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        nuint length = Text.LengthOf(text, most);
        return KmallocUtil.DuplicateText(text, length, flags, null, self, Exports.FrameOf(&caller));
    }
}
