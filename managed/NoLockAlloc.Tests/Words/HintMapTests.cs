// SPDX-License-Identifier: MIT

using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed unsafe class HintMapTests : IDisposable
{
    private const nuint Around = 256;
    private const byte Untouched = 0x5a;

    private byte* _memory;
    private nuint _bytes;

    public static TheoryData<int, bool> Cases()
    {
        TheoryData<int, bool> cases = [];
        foreach (int blocks in new[] { 1, 63, 64, 65, 1000, 4096, 4097, 9000 })
        {
            cases.Add(blocks, false);
            cases.Add(blocks, true);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void RandomOperationsAgreeWithASet(int blocks, bool startsFull)
    {
        HintMap map = Make(blocks, startsFull);
        SortedSet<int> model = Model(blocks, startsFull);
        Random random = new(blocks);
        for (int i = 0; i < 4000; i++)
        {
            int block = random.Next(blocks);
            bool adds = i / 700 % 2 == 0 ? random.Next(4) == 0 : random.Next(4) != 0;
            if (adds) map.Add((nuint)block);
            else map.Remove((nuint)block);
            if (adds) model.Add(block);
            else model.Remove(block);

            int from = random.Next(blocks);
            Assert.Equal(model.Contains(from), map.Has((nuint)from));
            CheckFind(map, model, from);
        }
        Assert.Equal(model, Walk(map));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ASingleBlockIsFoundFromEverywhereBelow(int blocks, bool startsFull)
    {
        HintMap map = Make(blocks, startsFull);
        foreach (int block in Model(blocks, startsFull)) map.Remove((nuint)block);
        foreach (int only in new[] { 0, 1, 62, 63, 64, blocks / 2, blocks - 2, blocks - 1 })
        {
            if (only < 0 || only >= blocks) continue;
            Assert.Equal(HintMap.None, map.Find(0));
            map.Add((nuint)only);
            for (int from = 0; from < blocks; from += 1 + blocks / 97)
            {
                Assert.Equal(from <= only ? (nuint)only : HintMap.None, map.Find((nuint)from));
            }
            Assert.Equal((nuint)only, map.Find((nuint)only));
            map.Remove((nuint)only);
        }
    }

    /// <summary>Past them it may see the rest of the leaf, and never less than there is below.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void WhoLooksBelowABlockFindsWhatLiesThereAndNothingFarAbove(int blocks, bool startsFull)
    {
        HintMap map = Make(blocks, startsFull);
        foreach (int block in Model(blocks, startsFull)) map.Remove((nuint)block);
        for (int only = 0; only < blocks; only += 1 + blocks / 41)
        {
            map.Add((nuint)only);
            for (int below = 0; below <= blocks; below += 1 + blocks / 37)
            {
                nuint found = map.Below((nuint)below).Find(0);
                if (only < below) Assert.Equal((nuint)only, found);
                if (only >= (below + 63) / 64 * 64) Assert.Equal(HintMap.None, found);
            }
            map.Remove((nuint)only);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ZeroedMemoryIsTheEmptyOrTheFullSet(int blocks, bool startsFull)
    {
        HintMap map = Make(blocks, startsFull);
        Assert.Equal(Model(blocks, startsFull), Walk(map));
        Assert.Equal(HintMap.None, map.Find((nuint)(blocks + 63) / 64 * 64));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ABlockThatIsAddedWhileALastOneIsRemovedIsFound(bool startsFull)
    {
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            HintMap map = Make(200, startsFull);
            foreach (int block in Model(200, startsFull)) map.Remove((nuint)block);
            map.Add(130);
            isInterrupted = RunAt.Access(at, () => map.Add(140), () => map.Remove(130));
            if (!isInterrupted) continue;
            Assert.False(map.Has(130));
            Assert.Equal((nuint)140, map.Find(0));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ABlockThatIsAddedWhileAnotherGoesIsFound(bool startsFull)
    {
        bool isInterrupted = true;
        for (int at = 0; isInterrupted; at++)
        {
            HintMap map = Make(200, startsFull);
            foreach (int block in Model(200, startsFull)) map.Remove((nuint)block);
            map.Add(130);
            isInterrupted = RunAt.Access(at, () => map.Remove(130), () => map.Add(140));
            Assert.Equal((nuint)140, map.Find(isInterrupted ? 0 : (nuint)131));
        }
    }

    public void Dispose()
    {
        if (_memory == null) return;
        for (nuint i = 0; i < Around; i++)
        {
            Assert.Equal(Untouched, _memory[i]);
            Assert.Equal(Untouched, _memory[Around + _bytes + i]);
        }
        NativeMemory.Free(_memory);
        _memory = null;
    }

    private HintMap Make(int blocks, bool startsFull)
    {
        Dispose();
        _bytes = HintMap.BytesFor((nuint)blocks);
        _memory = (byte*)NativeMemory.Alloc(_bytes + 2 * Around);
        NativeMemory.Fill(_memory, _bytes + 2 * Around, Untouched);
        NativeMemory.Clear(_memory + Around, _bytes);
        return HintMap.At((nuint)_memory + Around, (nuint)blocks, startsFull);
    }

    /// <summary>The full set goes up to a whole word: the arena takes out what is above its last block.
    /// </summary>
    private static SortedSet<int> Model(int blocks, bool startsFull) =>
        new(Enumerable.Range(0, startsFull ? (blocks + 63) / 64 * 64 : 0));

    private static void CheckFind(HintMap map, SortedSet<int> model, int from)
    {
        SortedSet<int> above = model.GetViewBetween(from, int.MaxValue);
        Assert.Equal(above.Count == 0 ? HintMap.None : (nuint)above.Min, map.Find((nuint)from));
    }

    private static List<int> Walk(HintMap map)
    {
        List<int> found = [];
        for (nuint block = map.Find(0); block != HintMap.None; block = map.Find(block + 1))
        {
            found.Add((int)block);
        }
        return found;
    }
}
