// SPDX-License-Identifier: MIT
// The product's face of the OS, over a FakeOs that each test makes anew.

using System;
using System.Runtime.InteropServices;
using NoLockAlloc.Tests.World;

namespace NoLockAlloc.Machine;

internal static unsafe class Os
{
    /// <summary>The OS of the test that runs.</summary>
    internal static FakeOs Fake { get; set; }

    internal static nuint Reserve(nuint bytes, nuint alignment) => Fake.Memory.Reserve(bytes, alignment);

    internal static void Release(nuint address, nuint bytes) => Fake.Memory.Release(address, bytes);

    internal static int Purge(nuint address, nuint bytes) => Fake.Memory.Purge(address, bytes);

    internal static int WipeOnFork(nuint address, nuint bytes) => Fake.WipeOnFork(address, bytes);

    internal static uint ProcessNumber() => Fake.ProcessNumber;

    internal static int Write(int fd, byte* text, nuint bytes) =>
        Fake.Write(fd, new ReadOnlySpan<byte>(text, (int)bytes));

    internal static void Abort() => throw new ProcessAborted();

    internal static uint ThreadNumber() => Fake.Running.Number;

    internal static int ThreadIsGone(uint number) => Fake.IsGone(number) ? 1 : 0;

    internal static int WatchThreadExit() => Fake.CanWatchThreads ? 1 : 0;

    internal static int Peek(nuint address, ulong* word) => Fake.Peek(address, word);

    internal static byte* Options() => Fake.OptionsText;

    internal static void** Slot() => Fake.Running.Slot;

    internal static void* Enter(ulong* returnAddress)
    {
        *returnAddress = 0x401234;
        return *Fake.Running.Slot;
    }

    internal static ulong* ActiveGroup() => Fake.Running.ActiveGroup;

    internal static nuint FramePointer() => Fake.Running.Stack.FramePointer;

    internal static ulong Milliseconds() => Fake.Milliseconds;

    internal static uint Nodes() => Fake.Nodes;

    internal static uint Processor(uint* node)
    {
        *node = Fake.Running.Node;
        return Fake.Running.Processor;
    }

    internal static int PreferNode(nuint address, nuint bytes, uint node) =>
        Fake.PreferNode(address, bytes, node);

    internal static void* BootThread() => Fake.BootThread;

    internal static void* Task() => Fake.Running.Task;

    internal static void Call(nuint function, int point, nuint data) =>
        ((delegate*<int, nuint, void>)function)(point, data);

    internal static void* Fill(void* destination, int value, nuint bytes)
    {
        NativeMemory.Fill(destination, bytes, (byte)value);
        return destination;
    }

    internal static void* Copy(void* destination, void* source, nuint bytes)
    {
        NativeMemory.Copy(source, destination, bytes);
        return destination;
    }

    internal static void Construct(nuint constructor, void* obj) => Fake.Constructor((nuint)obj);

    internal static void Yield() => Fake.Yield();
}
