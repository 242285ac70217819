// SPDX-License-Identifier: MIT

using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed unsafe class HintMapRunTests : IDisposable
{
    private const int Blocks = 141 * 64;

    private readonly byte* _memory = (byte*)NativeMemory.AllocZeroed(HintMap.BytesFor(Blocks));

    public void Dispose() => NativeMemory.Free(_memory);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void TheHighestRunBetweenFloorAndCeilingIsFound(int seed, bool startsFull)
    {
        HintMap map = Make(startsFull);
        Random random = new(seed);
        bool[] model = new bool[Blocks];
        for (int i = 0; i < 400; i++)
        {
            Change(map, model, random, adds: random.Next(3) != 0);
            int floor = random.Next(Blocks);
            int ceiling = random.Next(floor, Blocks + 1);
            int blocks = random.Next(1, 65);
            int align = 1 << random.Next(7);
            nuint found = map.FindRun((nuint)floor, (nuint)ceiling, (nuint)blocks, (nuint)align);
            Assert.Equal(Highest(model, floor, ceiling, blocks, align), found);
        }
    }

    [Fact]
    public void EachLengthIsFoundAtEachPlaceAndNoLongerOneIs()
    {
        HintMap map = Make(startsFull: false);
        for (nuint place = 4000; place < 4130; place++)
        {
            for (nuint blocks = 1; blocks <= 64; blocks++)
            {
                map.Add(place, blocks);
                Assert.Equal(place, map.FindRun(0, Blocks, blocks, 1));
                Assert.Equal(HintMap.None, map.FindRun(place + 1, Blocks, blocks, 1));
                Assert.Equal(HintMap.None, map.FindRun(0, place + blocks - 1, blocks, 1));
                if (blocks < 64) Assert.Equal(HintMap.None, map.FindRun(0, Blocks, blocks + 1, 1));
                map.Remove(place, blocks);
                Assert.Equal(HintMap.None, map.FindRun(0, Blocks, 1, 1));
            }
        }
    }

    [Fact]
    public void BlocksAreAddedAndRemovedAsIfOneByOne()
    {
        HintMap map = Make(startsFull: true);
        bool[] model = new bool[Blocks];
        Random random = new(7);
        for (int i = 0; i < 300; i++)
        {
            Change(map, model, random, adds: random.Next(2) != 0);
            for (nuint block = 0; block < Blocks; block++) Assert.Equal(model[block], map.Has(block));
            int from = random.Next(Blocks);
            int next = Array.IndexOf(model, true, from);
            Assert.Equal(next < 0 ? HintMap.None : (nuint)next, map.Find((nuint)from));
        }
    }

    private static void Change(HintMap map, bool[] model, Random random, bool adds)
    {
        int blocks = random.Next(1, 65);
        int first = random.Next(Blocks - blocks);
        if (adds) map.Add((nuint)first, (nuint)blocks);
        else map.Remove((nuint)first, (nuint)blocks);
        model.AsSpan(first, blocks).Fill(adds);
    }

    private static nuint Highest(bool[] model, int floor, int ceiling, int blocks, int align)
    {
        IEnumerable<int> places = Enumerable.Range(floor, Math.Max(0, ceiling - blocks - floor + 1));
        foreach (int place in places.Reverse().Where(place => place % align == 0))
        {
            if (model.AsSpan(place, blocks).IndexOf(false) < 0) return (nuint)place;
        }
        return HintMap.None;
    }

    /// <summary>An empty set.</summary>
    private HintMap Make(bool startsFull)
    {
        HintMap map = HintMap.At((nuint)_memory, Blocks, startsFull);
        for (nuint block = 0; startsFull && block < Blocks; block++) map.Remove(block);
        return map;
    }
}
