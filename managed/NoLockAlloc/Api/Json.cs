// SPDX-License-Identifier: MIT
// JSON (RFC 8259) as it is written, into a Text. Safe in any context.

using System.Runtime.InteropServices;
using NoLockAlloc.Pages;

namespace NoLockAlloc.Api;

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Json
{
    private Text _text;

    /// <summary>Nothing has been written yet at this level, so no comma comes first.</summary>
    private bool _isFirst;

    internal Json(int fd)
    {
        _text = new Text(fd);
        _isFirst = true;
    }

    /// <summary>An object; name: empty in a list.</summary>
    internal void Open(System.ReadOnlySpan<byte> name) => Begin(name, "{"u8);

    internal void Close() => End("}"u8);

    internal void OpenList(System.ReadOnlySpan<byte> name) => Begin(name, "["u8);

    internal void CloseList() => End("]"u8);

    internal void Number(System.ReadOnlySpan<byte> name, ulong value)
    {
        Name(name);
        _text.AddNumber(value);
    }

    internal void Flag(System.ReadOnlySpan<byte> name, bool value)
    {
        Name(name);
        _text.Add(value ? "true"u8 : "false"u8);
    }

    /// <summary>So many bytes, of any text that a program may have given.</summary>
    internal void String(System.ReadOnlySpan<byte> name, byte* text, int length)
    {
        Name(name);
        _text.Add("\""u8);
        JsonText.Add(ref _text, text, length);
        _text.Add("\""u8);
    }

    internal void String(System.ReadOnlySpan<byte> name, System.ReadOnlySpan<byte> text)
    {
        fixed (byte* bytes = text)
        {
            String(name, bytes, text.Length);
        }
    }

    /// <summary>0, or -errno of the first write that failed.</summary>
    internal int Finish()
    {
        _text.Add("\n"u8);
        _text.Flush();
        return _text.Error;
    }

    private void Begin(System.ReadOnlySpan<byte> name, System.ReadOnlySpan<byte> bracket)
    {
        Name(name);
        _text.Add(bracket);
        _isFirst = true;
    }

    private void End(System.ReadOnlySpan<byte> bracket)
    {
        _text.Add(bracket);
        _isFirst = false;
    }

    private void Name(System.ReadOnlySpan<byte> name)
    {
        if (!_isFirst) _text.Add(","u8);
        _isFirst = false;
        if (name.Length == 0) return;
        _text.Add("\""u8);
        _text.Add(name);
        _text.Add("\":"u8);
    }
}
