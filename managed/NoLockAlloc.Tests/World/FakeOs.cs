// SPDX-License-Identifier: MIT
// The operating system of one test: its memory, its threads, and what it was told.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using NoLockAlloc.Pages;

namespace NoLockAlloc.Tests.World;

internal sealed unsafe class FakeOs : IDisposable
{
    private readonly List<FakeThread> _threads = [];
    private readonly StringBuilder _output = new();

    /// <summary>Explored threads run on threads of .NET, one at a time.</summary>
    [ThreadStatic]
    private static FakeThread s_running;

    internal FakeOs(string options)
    {
        BootThread = NativeMemory.AlignedAlloc(ArenaLayout.ThreadBlockBytes, 64);
        NativeMemory.Clear(BootThread, ArenaLayout.ThreadBlockBytes);
        OptionsText = options == null ? null : (byte*)Marshal.StringToCoTaskMemUTF8(options);
    }

    internal IReadOnlyList<FakeThread> Threads => _threads;

    internal FakeMemory Memory { get; } = new();

    internal void* BootThread { get; }

    internal byte* OptionsText { get; }

    internal bool CanWatchThreads { get; set; } = true;

    /// <summary>Not 0: what write(2) returns.</summary>
    internal int WriteError { get; set; }

    internal ulong Milliseconds { get; set; }

    internal int Writes { get; private set; }

    internal bool CanWipeOnFork { get; set; } = true;

    internal (nuint Address, nuint Bytes) WipedOnFork { get; private set; }

    internal uint ProcessNumber { get; private set; } = 1000;

    /// <summary>Of the machine.</summary>
    internal uint Nodes { get; init; } = 1;

    /// <summary>What memory was asked for from which node.</summary>
    internal List<(nuint Address, nuint Bytes, uint Node)> Preferred { get; } = [];

    internal string Output => _output.ToString();

    /// <summary>The thread whose code the calling thread of .NET now executes.</summary>
    internal FakeThread Running => s_running ?? throw new InvalidOperationException("Called by no thread.");

    /// <summary>The thread that ran before.</summary>
    internal FakeThread Swap(FakeThread next)
    {
        FakeThread before = s_running;
        s_running = next;
        return before;
    }

    internal FakeThread NewThread(uint number)
    {
        FakeThread thread = new(this, number);
        _threads.Add(thread);
        return thread;
    }

    internal int Write(int fd, ReadOnlySpan<byte> text)
    {
        Writes++;
        if (WriteError != 0) return WriteError;
        _output.Append(Encoding.UTF8.GetString(text));
        return fd > 0 ? 0 : -9;
    }

    /// <summary>What other threads do while one waits for them.</summary>
    internal Action Yield { get; set; } = () => { };

    /// <summary>What every constructor does, whatever its address.</summary>
    internal Action<nuint> Constructor { get; set; }

    internal bool IsGone(uint number) => _threads.Exists(thread => thread.Number == number && thread.IsGone);

    /// <summary>Only stacks of fake threads are mapped.</summary>
    internal int Peek(nuint address, ulong* word)
    {
        foreach (FakeThread thread in _threads)
        {
            if (!thread.Stack.Contains(address)) continue;
            thread.Stack.Look();
            *word = *(ulong*)address;
            return 1;
        }
        return 0;
    }

    internal int WipeOnFork(nuint address, nuint bytes)
    {
        if (!CanWipeOnFork) return -1;
        WipedOnFork = (address, bytes);
        return 0;
    }

    internal int PreferNode(nuint address, nuint bytes, uint node)
    {
        Preferred.Add((address, bytes, node));
        return 0;
    }

    /// <summary>From here on this is the child, and only that thread is in it.</summary>
    internal void Fork(FakeThread forking)
    {
        if (CanWipeOnFork) NativeMemory.Clear((void*)WipedOnFork.Address, WipedOnFork.Bytes);
        forking.Number = ++ProcessNumber;
    }

    public void Dispose()
    {
        foreach (FakeThread thread in _threads)
        {
            thread.Dispose();
        }
        Memory.Dispose();
        NativeMemory.AlignedFree(BootThread);
        Marshal.FreeCoTaskMem((nint)OptionsText);
    }
}
