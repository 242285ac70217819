// SPDX-License-Identifier: MIT
// The C ABI of include/nolockalloc/hook.h, in its order.

using System.Runtime.InteropServices;
using DNNE;
using NoLockAlloc.Pages;

namespace NoLockAlloc.Api;

public static unsafe class HookExports
{
    [C99DeclCode("typedef void (*nolockalloc_hook_t)(int point, void *data);")]
    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_hook_register")]
    [return: C99Type("int")]
    public static int Register([C99Type("int")] int point,
        [C99Type("nolockalloc_hook_t")] void* function, [C99Type("void *")] void* data) =>
        Hooks.Register(point, (nuint)function, (nuint)data);

    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_hook_unregister")]
    [return: C99Type("int")]
    public static int Unregister([C99Type("int")] int point,
        [C99Type("nolockalloc_hook_t")] void* function, [C99Type("void *")] void* data) =>
        Hooks.Unregister(point, (nuint)function, (nuint)data);
}
