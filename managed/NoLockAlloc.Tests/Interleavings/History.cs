// SPDX-License-Identifier: MIT
// What has happened until now, as a number. Two schedules in which the same accesses were made and those to
// the same place came in the same order (but for reads among each other) have led to the same state, so
// one of them need go on (Musuvathi and Qadeer, "Partial-order reduction for context-bounded state
// exploration", 2007). Each access has a number made of its line's previous one and of the accesses to its
// place that it comes after; the state's is the sum.

using System.Collections.Generic;

namespace NoLockAlloc.Tests.Interleavings;

internal sealed class History
{
    /// <summary>A line is a role, or a role's handler.</summary>
    internal const int Lines = 2 * Play.Roles;

    private readonly Dictionary<nuint, (ulong Write, ulong Reads)> _places = [];
    private readonly ulong[] _lines = [1, 2, 3, 4];

    internal ulong Sum { get; private set; }

    internal void Clear()
    {
        _places.Clear();
        for (int line = 0; line < Lines; line++) _lines[line] = (ulong)line + 1;
        Sum = 0;
    }

    internal void Add(int line, nuint place, bool writes)
    {
        (ulong write, ulong reads) = _places.GetValueOrDefault(place);
        ulong number = Mix(Mix(_lines[line], place), write) + (writes ? 1UL : 0);
        number = Mix(number, writes ? reads : 0);
        _lines[line] = number;
        _places[place] = writes ? (number, 0) : (write, reads + number);
        Sum += number;
    }

    internal static ulong Mix(ulong one, ulong other)
    {
        ulong mixed = (one ^ (other * 0x9e3779b97f4a7c15)) * 0xff51afd7ed558ccd;
        mixed ^= mixed >> 32;
        mixed = (mixed + other) * 0xc4ceb9fe1a85ec53;
        return mixed ^ mixed >> 29;
    }
}
