// SPDX-License-Identifier: MIT
// The return addresses of a call's callers, by frame pointers alone, in any context. A program that is
// compiled without them (-fomit-frame-pointer) leaves anything at all in that register: so nothing is read
// that is not known to be mapped, and a chain that does not go upwards ends. The caller's own address is
// always right.

using NoLockAlloc.Machine;
using NoLockAlloc.Words;

namespace NoLockAlloc.Debug;

internal static unsafe class StackWalk
{
    private const nuint Word = sizeof(ulong);
    private const int PageShift = 12;

    /// <summary>No frame is larger, as far as we believe a pointer.</summary>
    private const nuint FrameBytesAtMost = 1 << 16;

    /// <summary>From an exported method's frame to its frame pointer.</summary>
    private const nuint OwnBytesAtMost = 4096;

    /// <summary>The callers of the call that has that frame. At least one. Returns how many.</summary>
    internal static uint Take(ulong frame, ulong* into, uint most)
    {
        nuint caller = (nuint)LocalLock.FrameAddress(frame);
        into[0] = *(ulong*)caller;
        uint count = 1;
        nuint at = FrameOfCall(caller);
        if (at == 0) return count;

        nuint page = at >> PageShift;
        ulong next = *(ulong*)at;
        while (count < most && IsAbove((nuint)next, at))
        {
            at = (nuint)next;
            if (!TryRead(at + Word, ref page, out ulong address) || !TryRead(at, ref page, out next)) break;
            if (address >> PageShift == 0) break;
            into[count++] = address;
        }
        return count;
    }

    /// <summary>Where the method that was called from outside keeps its caller's frame pointer: the frames
    /// from here to there are ours. 0: not found.</summary>
    private static nuint FrameOfCall(nuint caller)
    {
        nuint at = Os.FramePointer();
        while (at + Word < caller)
        {
            nuint next = (nuint)(*(ulong*)at);
            if (next <= at) return 0;
            at = next;
        }
        return at + Word - caller <= OwnBytesAtMost ? at : 0;
    }

    private static bool IsAbove(nuint next, nuint at) =>
        next % Word == 0 && next > at && next - at <= FrameBytesAtMost;

    /// <summary>A page that one word could be read of is there for the others too.</summary>
    private static bool TryRead(nuint address, ref nuint page, out ulong word)
    {
        word = 0;
        if (address >> PageShift == page)
        {
            word = *(ulong*)address;
            return true;
        }
        ulong found = 0;
        if (Os.Peek(address, &found) != 1) return false;
        page = address >> PageShift;
        word = found;
        return true;
    }
}
