// SPDX-License-Identifier: MIT
// How a row of /proc/allocinfo words a call site: file:line [module] func:name. Where it is too long the
// beginning of the file's name is left out.

using System.Runtime.InteropServices;
using NoLockAlloc.Pages;

namespace NoLockAlloc.Tags;

[StructLayout(LayoutKind.Explicit, Size = Header + TagEntry.TextBytes)]
internal unsafe struct TagText
{
    private const int Header = 8;

    /// <summary>No number of a line is longer.</summary>
    private const int Digits = 20;
    private const ulong HashStart = 14695981039346656037;
    private const ulong HashFactor = 1099511628211;

    [FieldOffset(0)] private int _used;
    [FieldOffset(Header)] private byte _text;

    internal static void Write(TagText* text, AllocTag* tag)
    {
        *text = default;
        byte* module = tag->Module == null ? null : tag->Module->Name;
        int names = (int)(Text.LengthOf(module) + Text.LengthOf(tag->Function));
        int rest = Digits + names + "::[] func:"u8.Length;
        int room = TagEntry.TextBytes - 1 - rest;
        int length = (int)Text.LengthOf(tag->File);
        text->Add(tag->File + (length <= room ? 0 : length - (room > 0 ? room : 0)));
        text->Add((byte)':');
        text->AddNumber(tag->Line);
        if (module != null)
        {
            text->Add((byte)' ');
            text->Add((byte)'[');
            text->Add(module);
            text->Add((byte)']');
        }
        fixed (byte* func = " func:"u8)
        {
            text->Add(func);
        }
        text->Add(tag->Function);
    }

    /// <summary>FNV-1a.</summary>
    internal static ulong HashOf(TagText* text)
    {
        ulong hash = HashStart;
        for (byte* at = &text->_text; *at != 0; at++) hash = (hash ^ *at) * HashFactor;
        return hash;
    }

    internal static bool IsSame(TagText* text, byte* other)
    {
        byte* at = &text->_text;
        while (*at != 0 && *at == *other)
        {
            at++;
            other++;
        }
        return *at == *other;
    }

    internal static void CopyTo(TagText* text, byte* other)
    {
        for (int i = 0; i < TagEntry.TextBytes; i++) other[i] = (&text->_text)[i];
    }

    private void Add(byte one)
    {
        if (_used == TagEntry.TextBytes - 1) return;
        fixed (byte* text = &_text)
        {
            text[_used++] = one;
        }
    }

    private void Add(byte* text)
    {
        for (; text != null && *text != 0; text++) Add(*text);
    }

    private void AddNumber(ulong value)
    {
        if (value >= 10) AddNumber(value / 10);
        Add((byte)('0' + value % 10));
    }
}
