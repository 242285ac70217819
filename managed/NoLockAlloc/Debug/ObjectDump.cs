// SPDX-License-Identifier: MIT
// What a report shows of an object and its surroundings (print_trailer, print_section: mm/slub.c).

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Debug;

internal static unsafe class ObjectDump
{
    private const nuint BytesALine = 16;
    private const nuint PageBytes = 4096;

    /// <summary>Of a left red zone, which may be as long as the largest object: what lies next to the object.
    /// </summary>
    private const nuint MostOfLeft = 64;

    internal static void Trailer(ref Text text, in DebugCache cache, nuint address)
    {
        DebugEntry* entry = cache.EntryOf(address);
        Tracks(ref text, entry);
        SlabLine(ref text, cache, address);
        text.Add("Object "u8);
        text.AddHex(address);
        text.Add(" @offset="u8);
        text.AddNumber(address % Arena.BlockBytes);
        text.Add(" size="u8);
        text.AddNumber(new DebugWord(entry->State.Load()).Size);
        text.Add(" fp=0x0"u8);
        text.EndLine();
        text.EndLine();
        nuint left = Least(cache.Left, MostOfLeft);
        nuint end = address + cache.ObjectSize;
        Section(ref text, "Redzone  "u8, address - left, left);
        Section(ref text, "Object   "u8, address, Least(cache.ObjectSize, PageBytes));
        Section(ref text, "Redzone  "u8, end, cache.Right);
        Section(ref text, "Padding  "u8, end + cache.Right, Least(cache.Padding, MostOfLeft));
    }

    /// <summary>print_tracking.</summary>
    internal static void Tracks(ref Text text, DebugEntry* entry)
    {
        Track.Print(&entry->Allocated, ref text, "Allocated"u8);
        Track.Print(&entry->Freed, ref text, "Freed"u8);
    }

    /// <summary>Of the slab that the address lies in.</summary>
    internal static void SlabLine(ref Text text, in DebugCache cache, nuint address)
    {
        nuint block = Arena.BlockOf(address);
        text.Add("Slab "u8);
        text.AddHex(Arena.AddressOf(block));
        text.Add(" objects="u8);
        text.AddNumber(cache.Objects);
        text.Add(" used="u8);
        text.AddNumber(Slab.CountUsed(block, cache.Cache));
        text.Add(" fp=0x0 flags=0x0"u8);
        text.EndLine();
    }

    /// <summary>print_hex_dump: 16 bytes a line, and as text.</summary>
    internal static void Section(ref Text text, System.ReadOnlySpan<byte> name, nuint at, nuint bytes)
    {
        for (nuint done = 0; done < bytes; done += BytesALine)
        {
            text.Add(name);
            text.AddHexDigits(at + done, 16);
            text.Add(": "u8);
            HexLine(ref text, at + done, Least(bytes - done, BytesALine));
            text.EndLine();
        }
    }

    internal static void HexLine(ref Text text, nuint at, nuint bytes)
    {
        byte* from = (byte*)at;
        for (nuint i = 0; i < BytesALine; i++)
        {
            if (i < bytes) text.AddHexDigits(from[i], 2);
            else text.Add("  "u8);
            text.AddByte((byte)' ');
        }
        text.AddByte((byte)' ');
        for (nuint i = 0; i < bytes; i++)
        {
            text.AddByte(from[i] is >= 0x20 and < 0x7f ? from[i] : (byte)'.');
        }
    }

    private static nuint Least(nuint a, nuint b) => a < b ? a : b;
}
