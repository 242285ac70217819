// SPDX-License-Identifier: MIT
// What the malloc library needs of the operating system besides Os: native/malloc/shim.h, line for line.

using System.Runtime;
using System.Runtime.CompilerServices;

namespace NoLockAlloc.Machine;

internal static unsafe class OsHeap
{
    /// <summary>Memory of whole pages, readable, writable, zero; 0 if refused.</summary>
    [RuntimeImport("*", "nla_os_map")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern nuint Map(nuint bytes);

    /// <summary>Make such memory another size, in place or elsewhere. The new address; 0 if
    /// refused.</summary>
    [RuntimeImport("*", "nla_os_remap")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern nuint Remap(nuint address, nuint bytes, nuint newBytes);

    /// <summary>errno = ENOMEM. Returns 0.</summary>
    [RuntimeImport("*", "nla_os_no_memory")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern nuint NoMemory();

    /// <summary>errno = EINVAL. Returns 0.</summary>
    [RuntimeImport("*", "nla_os_invalid")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern nuint Invalid();

    [RuntimeImport("*", "memcpy")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern void* Copy(void* destination, void* source, nuint bytes);

    /// <summary>What operator new does where the fast path has no object: see native/malloc/new.c. To be
    /// called last, and so jumped to: no frame of ours may lie below a C++ exception.</summary>
    [RuntimeImport("*", "nla_new_slow")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern nuint NewSlow(nuint size, void* self, ulong frame);
}
