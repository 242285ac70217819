// SPDX-License-Identifier: MIT

using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed class ObjectWordTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(62)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(8192)]
    public void EachObjectHasOneBitAndNoneHasBit63(int objects)
    {
        int words = (objects + 62) / 63;
        int found = 0;
        for (int i = 0; i < words; i++)
        {
            ulong valid = ObjectWord.Valid((nuint)i, (nuint)objects);
            Assert.Equal(0UL, valid & ObjectWord.Taken);
            Assert.Equal(0UL, valid & (valid + 1));
            Assert.NotEqual(0UL, valid);
            found += BitOperations.PopCount(valid);
        }
        Assert.Equal(objects, found);
    }

    [Fact]
    public void TheLowestBitsAreTheLowestBits()
    {
        foreach (ulong bits in Samples())
        {
            int[] set = Indices(bits);
            ulong lowest = set.Length == 0 ? 0 : 1UL << set[0];
            Assert.Equal(lowest, ObjectWord.LowestOf(bits));
            for (nuint count = 0; count <= 64; count += 4)
            {
                ulong some = ObjectWord.LowestOf(bits, count);
                Assert.Equal(set.Take((int)count), Indices(some));
            }
        }
    }

    [Fact]
    public void CountingAndNumberingAgreeWithTheProcessors()
    {
        foreach (ulong bits in Samples())
        {
            Assert.Equal((ulong)BitOperations.PopCount(bits), ObjectWord.CountOf(bits));
            if (bits == 0) continue;
            Assert.Equal((nuint)Indices(bits)[0], ObjectWord.IndexOf(bits));
        }
    }

    [Fact]
    public void FreeIsWhatIsValidAndNotOut()
    {
        ulong valid = ObjectWord.Valid(0, 8);
        Assert.Equal(0xffUL, ObjectWord.FreeBits(0, valid));
        Assert.Equal(0xf5UL, ObjectWord.FreeBits(0x0a, valid));
        Assert.Equal(0xf5UL, ObjectWord.FreeBits(0x0a | ObjectWord.Taken, valid));
    }

    [Fact]
    public void AGrabbedWordHasNoFreeObject() =>
        Assert.Equal(0UL, ObjectWord.FreeBits(ObjectWord.Grabbed, ObjectWord.Valid(0, 8192)));

    private static int[] Indices(ulong bits) =>
        Enumerable.Range(0, 64).Where(i => (bits >> i & 1) != 0).ToArray();

    private static IEnumerable<ulong> Samples()
    {
        yield return 0;
        yield return ulong.MaxValue;
        for (int i = 0; i < 64; i++)
        {
            yield return 1UL << i;
        }
        Random random = new(1);
        for (int i = 0; i < 300; i++)
        {
            ulong dense = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            yield return dense;
            yield return dense & (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        }
    }
}
