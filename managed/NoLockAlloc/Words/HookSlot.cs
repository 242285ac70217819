// SPDX-License-Identifier: MIT
// A registered callback. It is read by whoever passes its point, in any context, without a lock.
//
// STATE        63      8 7  6 5    0
//             | version | kind | point |      kind: Empty, Writing, Live
//             Function, Data: valid while the state is Live.
// WRITERS     who registers: Empty -> Writing, by compare-exchange, then both words, then Live. Who
//             unregisters: Live -> Empty with the next version, by compare-exchange.
// TRANSITIONS a reader loads the state, both words, and the state again: if it is the same, the words were
//             one registration's.
// ORDER       Live is stored with release after the words; each read acquires.
// INVARIANTS  no state that was Live comes back. A callback may still be called by who has read it before it
//             was unregistered.
// REENTRY     a registration that is abandoned, or forked away from, leaves one slot Writing: it is lost.
// CHECKED BY  HooksTests

using System.Runtime.InteropServices;

namespace NoLockAlloc.Words;

[StructLayout(LayoutKind.Sequential)]
internal struct HookSlot
{
    private const int KindShift = 6;
    private const ulong OneVersion = 1UL << 8;
    private const ulong KindMask = 3UL << KindShift;
    private const ulong PointMask = (1UL << KindShift) - 1;
    private const ulong Writing = 1UL << KindShift;
    private const ulong Live = 2UL << KindShift;

    private SharedWord _state;
    private SharedWord _function;
    private SharedWord _data;

    /// <summary>False: the slot is taken.</summary>
    internal bool TryRegister(int point, nuint function, nuint data)
    {
        ulong state, version;
        do
        {
            state = _state.Load();
            version = state & ~(OneVersion - 1);
            if ((state & KindMask) != 0) return false;
        } while (!_state.TryReplace(state, version | Writing));
        _function.Store(function);
        _data.Store(data);
        _state.Store(version | LiveAt(point));
        return true;
    }

    /// <summary>False: this is not what is registered here.</summary>
    internal bool TryUnregister(int point, nuint function, nuint data)
    {
        ulong state;
        do
        {
            state = _state.Load();
            if (!IsLive(state, point) || _function.Load() != function || _data.Load() != data) return false;
        } while (!_state.TryReplace(state, (state & ~(OneVersion - 1)) + OneVersion));
        return true;
    }

    internal bool IsLiveAt(int point) => IsLive(_state.Load(), point);

    /// <summary>What is registered here for the point. False: nothing.</summary>
    internal bool TryRead(int point, out nuint function, out nuint data)
    {
        ulong state = _state.Load();
        function = (nuint)_function.Load();
        data = (nuint)_data.Load();
        return IsLive(state, point) && _state.Load() == state;
    }

    private static bool IsLive(ulong state, int point) =>
        (state & (KindMask | PointMask)) == LiveAt(point);

    private static ulong LiveAt(int point) => Live | (uint)point;
}
