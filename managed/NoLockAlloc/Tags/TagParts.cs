// SPDX-License-Identifier: MIT
// The parts of a call site's text (TagText), found from its end: a file may have any name. Of a text that was
// cut off all is the file's.

namespace NoLockAlloc.Tags;

internal unsafe struct TagParts
{
    internal byte* File;
    internal int FileLength;
    internal ulong Line;

    /// <summary>Null: the program itself.</summary>
    internal byte* Module;
    internal int ModuleLength;
    internal byte* Function;
    internal int FunctionLength;

    internal static TagParts Of(byte* text)
    {
        byte* end = text;
        while (*end != 0) end++;
        TagParts parts = new() { File = text, FileLength = (int)(end - text), Function = end };
        byte* function = end;
        while (function > text && !IsAt(function - 1, " func:"u8)) function--;
        if (function == text) return parts;
        byte* rest = function - 1;
        parts.Function = rest + " func:"u8.Length;
        parts.FunctionLength = (int)(end - parts.Function);
        parts.TakeModule(text, ref rest);
        byte* digits = rest;
        while (digits > text && digits[-1] is >= (byte)'0' and <= (byte)'9') digits--;
        for (byte* digit = digits; digit < rest; digit++) parts.Line = parts.Line * 10 + *digit - (byte)'0';
        bool hasLine = digits > text && digits[-1] == (byte)':';
        parts.FileLength = (int)((hasLine ? digits - 1 : rest) - text);
        return parts;
    }

    private void TakeModule(byte* text, ref byte* rest)
    {
        if (rest == text || rest[-1] != (byte)']') return;
        byte* bracket = rest;
        while (bracket > text && !IsAt(bracket - 1, " ["u8)) bracket--;
        if (bracket == text) return;
        Module = bracket + 1;
        ModuleLength = (int)(rest - 1 - Module);
        rest = bracket - 1;
    }

    private static bool IsAt(byte* text, System.ReadOnlySpan<byte> word)
    {
        fixed (byte* expected = word)
        {
            int i = 0;
            while (i < word.Length && text[i] == expected[i]) i++;
            return i == word.Length;
        }
    }
}
