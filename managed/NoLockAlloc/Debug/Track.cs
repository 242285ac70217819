// SPDX-License-Identifier: MIT
// struct track (mm/slub.c): who it was, and when. set_track in any context: two or three system calls.

using System.Runtime.InteropServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;

namespace NoLockAlloc.Debug;

[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal unsafe struct Track
{
    internal const int Bytes = 120;
    private const uint MostFrames = 12;
    private const ulong Golden = 0x9e3779b97f4a7c15;

    /// <summary>Milliseconds of a clock that never goes back.</summary>
    [FieldOffset(0)] private ulong _when;

    [FieldOffset(8)] private uint _thread;

    /// <summary>The thread block: what a CPU is in the kernel. 0: there was none.</summary>
    [FieldOffset(12)] private uint _block;

    [FieldOffset(16)] private uint _frames;

    /// <summary>MostFrames return addresses, the caller's first.</summary>
    [FieldOffset(24)] private ulong _first;

    internal readonly bool IsSet => _frames != 0;

    /// <summary>By the thread that calls.</summary>
    internal static void Set(Track* track, in DebugCall call)
    {
        track->_frames = 0;
        track->_when = Os.Milliseconds();
        track->_thread = Os.ThreadNumber();
        track->_block = call.Self == null ? 0 : (uint)call.Self->Id;
        track->_frames = StackWalk.Take(call.Frame, &track->_first, MostFrames);
    }

    internal static void Clear(Track* track) => track->_frames = 0;

    /// <summary>Like the kernel's print_track: what is "Allocated" or "Freed".</summary>
    internal static void Print(Track* track, ref Text text, System.ReadOnlySpan<byte> what)
    {
        if (!track->IsSet) return;
        text.Add(what);
        text.Add(" in "u8);
        text.AddHex(track->_first);
        PrintWhen(track, ref text);
        PrintStack(track, ref text);
    }

    internal static void PrintWhen(Track* track, ref Text text)
    {
        text.Add(" age="u8);
        text.AddNumber(Os.Milliseconds() - track->_when);
        text.Add(" cpu="u8);
        text.AddNumber(track->_block);
        text.Add(" pid="u8);
        text.AddNumber(track->_thread);
        text.EndLine();
    }

    internal static void PrintStack(Track* track, ref Text text)
    {
        uint frames = track->_frames;
        for (uint i = 0; i < frames && i < MostFrames; i++)
        {
            text.Add("\t"u8);
            text.AddHex((&track->_first)[i]);
            text.EndLine();
        }
    }

    /// <summary>The same for the same stack.</summary>
    internal readonly ulong Hash()
    {
        ulong hash = _frames;
        fixed (ulong* first = &_first)
        {
            for (uint i = 0; i < _frames && i < MostFrames; i++) hash = (hash ^ first[i]) * Golden;
        }
        return hash;
    }
}
