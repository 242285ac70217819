// SPDX-License-Identifier: MIT
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Slabs;

public sealed class SmokeTests
{
    [Fact]
    public void AnObjectComesAndGoes()
    {
        using FreshWorld world = new();
        nuint a = world.Thread.Alloc(64);
        Assert.NotEqual((nuint)0, a);
        world.Thread.Free(a);
        world.Thread.Trim();
        Assert.Equal(0UL, world.Statistics().SlabBytes);
    }
}
