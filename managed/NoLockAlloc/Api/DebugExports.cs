// SPDX-License-Identifier: MIT
// The C ABI of include/nolockalloc/debug.h.

using System.Runtime.InteropServices;
using DNNE;
using NoLockAlloc.Debug;
using NoLockAlloc.Machine;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Api;

public static unsafe class DebugExports
{
    [UnmanagedCallersOnly(EntryPoint = "nolockalloc_validate")]
    [return: C99Type("int")]
    public static int NolockallocValidate([C99Type("const char *")] void* name)
    {
        ulong caller;
        ThreadState* self = (ThreadState*)Os.Enter(&caller);
        return Validation.Run((byte*)name, new DebugCall(self, LocalLock.Frame((ulong)&caller, caller)));
    }
}
