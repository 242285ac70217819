// SPDX-License-Identifier: MIT
// A program's text between the quotes of a JSON string: what would end the string is escaped, and what is no
// UTF-8 becomes U+FFFD, for a name may be cut off anywhere.

using NoLockAlloc.Pages;

namespace NoLockAlloc.Api;

internal static unsafe class JsonText
{
    private const byte FirstPrintable = 0x20;
    private const byte FirstBeyondAscii = 0x80;

    internal static void Add(ref Text to, byte* text, int length)
    {
        byte* end = text + length;
        while (text < end)
        {
            int bytes = *text < FirstBeyondAscii ? 1 : SequenceAt(text, end);
            if (bytes == 0) to.Add("\\ufffd"u8);
            else if (bytes == 1) AddAscii(ref to, *text);
            else
            {
                for (int i = 0; i < bytes; i++) to.AddByte(text[i]);
            }
            text += bytes == 0 ? 1 : bytes;
        }
    }

    private static void AddAscii(ref Text to, byte character)
    {
        if (character < FirstPrintable)
        {
            int digit = character % 16;
            to.Add(character < 16 ? "\\u000"u8 : "\\u001"u8);
            to.AddByte((byte)(digit < 10 ? '0' + digit : 'a' + digit - 10));
            return;
        }
        if (character is (byte)'"' or (byte)'\\') to.Add("\\"u8);
        to.AddByte(character);
    }

    /// <summary>The bytes of the UTF-8 sequence that begins there, 2 to 4; 0: none does (RFC 3629).</summary>
    private static int SequenceAt(byte* text, byte* end)
    {
        byte lead = *text;
        int bytes = lead is >= 0xc2 and < 0xe0 ? 2 : lead is >= 0xe0 and < 0xf0 ? 3
            : lead is >= 0xf0 and < 0xf5 ? 4 : 0;
        if (bytes == 0 || end - text < bytes) return 0;
        for (int i = 1; i < bytes; i++)
        {
            if ((text[i] & 0xc0) != 0x80) return 0;
        }
        bool isOverlong = (lead == 0xe0 && text[1] < 0xa0) || (lead == 0xf0 && text[1] < 0x90);
        bool isBeyond = (lead == 0xed && text[1] >= 0xa0) || (lead == 0xf4 && text[1] >= 0x90);
        return isOverlong || isBeyond ? 0 : bytes;
    }
}
