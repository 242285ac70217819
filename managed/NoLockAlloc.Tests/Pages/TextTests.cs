// SPDX-License-Identifier: MIT

using System;
using System.Globalization;
using System.Text;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Pages;

public sealed class TextTests : IDisposable
{
    private const int Capacity = 240;

    private readonly FreshWorld _world = new();
    private readonly StringBuilder _expected = new();
    private Text _text = new(1);

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(20)]
    [InlineData(30)]
    public void NumbersAreDecimalAndStandOnTheRight(int width)
    {
        ulong power = 1;
        for (int digits = 1; digits <= 20; digits++)
        {
            Number(power - 1, width);
            Number(power, width);
            Number(power + 1, width);
            if (digits < 20) power *= 10;
        }
        Number(ulong.MaxValue, width);
        Random random = new(width);
        for (int i = 0; i < 500; i++) Number((ulong)random.NextInt64() >> random.Next(64), width);
        Finish();
    }

    [Fact]
    public void HexNumbersHaveNoZeroInFront()
    {
        Hex(0);
        Hex(ulong.MaxValue);
        for (int bit = 0; bit < 64; bit++)
        {
            Hex(1UL << bit);
            Hex((1UL << bit) - 1);
        }
        Hex(0x0123_4567_89ab_cdef);
        Finish();
    }

    [Fact]
    public void PaddingFillsUpToAWidth()
    {
        _text.Add("ab"u8);
        _text.Pad(2, 5);
        _text.Add("c"u8);
        _text.Pad(7, 5);
        _text.Pad(5, 5);
        _text.Add("d"u8);
        _expected.Append("ab   cd");
        Finish();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(Capacity - 1, 1)]
    [InlineData(Capacity, 1)]
    [InlineData(Capacity + 1, 2)]
    [InlineData(Capacity * 2, 2)]
    [InlineData(Capacity * 4 + 7, 5)]
    public void TextIsWrittenWhenTheBufferIsFullAndAtTheEnd(int bytes, int writes)
    {
        for (int i = 0; i < bytes; i++)
        {
            char letter = (char)('a' + i % 23);
            _text.Add([(byte)letter]);
            _expected.Append(letter);
        }
        Finish();
        Assert.Equal(writes, FreshWorld.Machine.Writes);
        _text.Flush();
        Assert.Equal(writes, FreshWorld.Machine.Writes);
    }

    [Fact]
    public void TheFirstErrorIsKeptAndNothingIsWrittenAfterIt()
    {
        Assert.Equal(0, _text.Error);
        FreshWorld.Machine.WriteError = -28;
        _text.Add("first"u8);
        _text.Flush();
        Assert.Equal(-28, _text.Error);
        FreshWorld.Machine.WriteError = -5;
        for (int i = 0; i < Capacity * 2; i++) _text.Add("x"u8);
        FreshWorld.Machine.WriteError = 0;
        _text.Add("last"u8);
        _text.Flush();
        Assert.Equal(-28, _text.Error);
        Assert.Equal(1, FreshWorld.Machine.Writes);
        Assert.Equal("", FreshWorld.Machine.Output);
    }

    private void Number(ulong value, int width)
    {
        _text.AddNumber(value, width);
        _text.Add("|"u8);
        _expected.Append(value.ToString(CultureInfo.InvariantCulture).PadLeft(width)).Append('|');
    }

    private void Hex(ulong value)
    {
        _text.AddHex(value);
        _text.Add("|"u8);
        _expected.Append("0x").Append(value.ToString("x", CultureInfo.InvariantCulture)).Append('|');
    }

    private void Finish()
    {
        _text.Flush();
        Assert.Equal(0, _text.Error);
        Assert.Equal(_expected.ToString(), FreshWorld.Machine.Output);
    }
}
