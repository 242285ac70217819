// SPDX-License-Identifier: MIT

using System.Linq;
using NoLockAlloc.Words;
using Xunit;

namespace NoLockAlloc.Tests.Words;

public sealed class FaultAttributeTests
{
    [Fact]
    public void ByDefaultNothingFails() => Assert.Equal("........", Of(default, 8));

    [Fact]
    public void OfEachIntervalTheLastOneFails() =>
        Assert.Equal("..x..x..x", Of(Make(interval: 3), 9));

    [Fact]
    public void SoManyTimesAndNotMore() => Assert.Equal("xx......", Of(Make(times: 2), 8));

    [Fact]
    public void NotBeforeSoManyBytesHaveBeenHad() => Assert.Equal("...xxxxx", Of(Make(space: 310), 8));

    [Fact]
    public void WithSoManyPercent()
    {
        string all = Of(Make(probability: 25), 4000);
        Assert.InRange(all.Count(one => one == 'x'), 850, 1150);
        Assert.Contains("xx", all);
    }

    private static FaultAttribute Make(
        ulong interval = 1, ulong probability = 100, ulong space = 0, ulong times = FaultAttribute.NoEnd)
    {
        FaultAttribute made = new() { Interval = interval, Probability = probability };
        made.Space.Store(space);
        made.Times.Store(times);
        return made;
    }

    /// <summary>Allocations of 100 bytes: x fails.</summary>
    private static string Of(FaultAttribute faults, int allocations) =>
        string.Concat(Enumerable.Range(0, allocations).Select(_ => faults.ShouldFail(100) ? 'x' : '.'));
}
