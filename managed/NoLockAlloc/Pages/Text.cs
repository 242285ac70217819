// SPDX-License-Identifier: MIT
// Text without allocation: a buffer in the caller's frame, written out by write(2) when it is full and at the
// end. Safe in any context.

using System.Runtime.InteropServices;
using NoLockAlloc.Machine;

namespace NoLockAlloc.Pages;

[StructLayout(LayoutKind.Explicit, Size = Header + Capacity)]
internal unsafe struct Text
{
    private const int Header = 16;
    private const int Capacity = 240;

    [FieldOffset(0)] private readonly int _fd;
    [FieldOffset(4)] private int _used;
    [FieldOffset(8)] private int _error;

    /// <summary>Capacity bytes. Not a `fixed` buffer: the JIT would guard its frames with a cookie that
    /// only a runtime has.</summary>
    [FieldOffset(Header)] private byte _buffer;

    internal Text(int fd)
    {
        _fd = fd;
    }

    /// <summary>0, or -errno of the first write that failed.</summary>
    internal readonly int Error => _error;

    /// <summary>Bytes before the 0 of a text of C, or most, if there are more; of none, 0.</summary>
    internal static nuint LengthOf(byte* text, nuint most)
    {
        nuint length = 0;
        while (text != null && length < most && text[length] != 0) length++;
        return length;
    }

    internal static nuint LengthOf(byte* text) => LengthOf(text, ~(nuint)0);

    internal void Add(System.ReadOnlySpan<byte> text)
    {
        fixed (byte* bytes = text)
        {
            for (int i = 0; i < text.Length; i++)
            {
                AddByte(bytes[i]);
            }
        }
    }

    /// <summary>Up to its 0; nothing of null.</summary>
    internal void AddText(byte* text)
    {
        for (; text != null && *text != 0; text++) AddByte(*text);
    }

    internal void AddPadded(byte* text, int width)
    {
        int length = 0;
        while (text[length] != 0) length++;
        AddText(text);
        Pad(length, width);
    }

    /// <summary>At least width bytes, filled up with spaces on the left.</summary>
    internal void AddNumber(ulong value, int width = 0)
    {
        int count = 1;
        ulong unit = 1;
        for (; value / unit >= 10; unit *= 10) count++;
        for (int i = count; i < width; i++) AddByte((byte)' ');
        for (; unit != 0; unit /= 10) AddByte((byte)('0' + value / unit % 10));
    }

    internal void AddHex(ulong value)
    {
        int digits = 16;
        while (digits > 1 && value >> (digits - 1) * 4 == 0) digits--;
        Add("0x"u8);
        AddHexDigits(value, digits);
    }

    internal void AddHexDigits(ulong value, int digits)
    {
        for (int shift = digits * 4 - 4; shift >= 0; shift -= 4)
        {
            int digit = (int)(value >> shift & 15);
            AddByte((byte)(digit < 10 ? '0' + digit : 'a' + digit - 10));
        }
    }

    internal void Pad(int from, int width)
    {
        for (int i = from; i < width; i++) AddByte((byte)' ');
    }

    internal void Flush()
    {
        fixed (byte* bytes = &_buffer)
        {
            if (_used != 0 && _error == 0) _error = Os.Write(_fd, bytes, (nuint)_used);
        }
        _used = 0;
    }

    /// <summary>And write what there is: a line of at most Capacity bytes is one write(2), which no other
    /// thread's comes into.</summary>
    internal void EndLine()
    {
        AddByte((byte)'\n');
        Flush();
    }

    internal void AddByte(byte value)
    {
        if (_used == Capacity) Flush();
        fixed (byte* bytes = &_buffer)
        {
            bytes[_used++] = value;
        }
    }
}
