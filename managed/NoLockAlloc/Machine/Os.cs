// SPDX-License-Identifier: MIT
// The operating system as the allocator sees it: native/shim.h, line for line. Nothing here waits, takes
// a lock that can be waited for, or changes errno.

using System.Runtime;
using System.Runtime.CompilerServices;

namespace NoLockAlloc.Machine;

internal static unsafe class Os
{
    /// <summary>Address space, readable, writable, zero, committed at first touch; 0 if refused. alignment: a
    /// power of two, at least a page.</summary>
    [RuntimeImport("*", "nla_os_reserve")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern nuint Reserve(nuint bytes, nuint alignment);

    /// <summary>Undo Reserve.</summary>
    [RuntimeImport("*", "nla_os_release")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern void Release(nuint address, nuint bytes);

    /// <summary>Give the memory back; the range stays usable and reads as zero. 0, or -1: not given.
    /// </summary>
    [RuntimeImport("*", "nla_os_purge")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern int Purge(nuint address, nuint bytes);

    /// <summary>From now on a forked child finds zero in this page. 0, or -1: the OS cannot.</summary>
    [RuntimeImport("*", "nla_os_wipe_on_fork")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern int WipeOnFork(nuint address, nuint bytes);

    /// <summary>The kernel's number of the process.</summary>
    [RuntimeImport("*", "nla_os_process_number")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern uint ProcessNumber();

    /// <summary>write(2) until all is written; 0 or -errno.</summary>
    [RuntimeImport("*", "nla_os_write")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern int Write(int fd, byte* text, nuint bytes);

    [RuntimeImport("*", "nla_os_abort")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern void Abort();

    /// <summary>The kernel's number of the calling thread.</summary>
    [RuntimeImport("*", "nla_os_thread_number")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern uint ThreadNumber();

    /// <summary>1: this process surely has no thread of that number. 0: it may have one.</summary>
    [RuntimeImport("*", "nla_os_thread_is_gone")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern int ThreadIsGone(uint number);

    /// <summary>Have nla_thread_exit called when this thread ends, if that can be had now.</summary>
    [RuntimeImport("*", "nla_os_watch_thread_exit")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern int WatchThreadExit();

    /// <summary>Read a word that may not be there. 1 and the word; 0: nothing is mapped; -1: unknown.
    /// </summary>
    [RuntimeImport("*", "nla_os_peek")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern int Peek(nuint address, ulong* word);

    /// <summary>Where the calling thread keeps the handle of its current group.</summary>
    [RuntimeImport("*", "nla_os_active_group")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern ulong* ActiveGroup();

    /// <summary>How many NUMA nodes the process may have memory of, by the highest number among them; 1: one,
    /// or it is not known.</summary>
    [RuntimeImport("*", "nla_os_nodes")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern uint Nodes();

    /// <summary>Where the calling thread runs at this moment: the number of the processor, and of its
    /// node.</summary>
    [RuntimeImport("*", "nla_os_processor")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern uint Processor(uint* node);

    /// <summary>Have the range's memory come from the node as long as that has some. 0, or -1: the OS
    /// refuses.</summary>
    [RuntimeImport("*", "nla_os_prefer_node")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern int PreferNode(nuint address, nuint bytes, uint node);

    /// <summary>The value of NOLOCKALLOC_OPTIONS, or null; null in set-uid programs.</summary>
    [RuntimeImport("*", "nla_os_options")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern byte* Options();

    /// <summary>Where the calling thread keeps the address of its block. Asked for only by a thread that
    /// has none: otherwise the block is a parameter.</summary>
    [RuntimeImport("*", "nla_os_slot")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern void** Slot();

    /// <summary>The block in the calling thread's slot; stores the return address of its caller's caller, so
    /// that an exported method learns in one call who it serves and who called it.</summary>
    [RuntimeImport("*", "nla_os_enter")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern void* Enter(ulong* returnAddress);

    /// <summary>The thread block that every slot holds before its thread has one: all zero.</summary>
    [RuntimeImport("*", "nla_os_boot_thread")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern void* BootThread();

    /// <summary>The frame pointer of the method that calls.</summary>
    [RuntimeImport("*", "nla_os_frame_pointer")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern nuint FramePointer();

    /// <summary>Milliseconds of a clock that never goes back.</summary>
    [RuntimeImport("*", "nla_os_milliseconds")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern ulong Milliseconds();

    /// <summary>The calling thread's TaskContext.</summary>
    [RuntimeImport("*", "nla_os_task")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern void* Task();

    /// <summary>Call a callback of the program's: void (*function)(int point, void *data).</summary>
    [RuntimeImport("*", "nla_os_call")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern void Call(nuint function, int point, nuint data);

    [RuntimeImport("*", "memset")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern void* Fill(void* destination, int value, nuint bytes);

    [RuntimeImport("*", "memmove")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern void* Copy(void* destination, void* source, nuint bytes);

    /// <summary>Call a program's constructor of objects.</summary>
    [RuntimeImport("*", "nla_os_construct")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern void Construct(nuint constructor, void* obj);

    /// <summary>Let other threads run. Normal context only.</summary>
    [RuntimeImport("*", "nla_os_yield")]
    [MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern void Yield();
}
