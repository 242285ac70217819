// SPDX-License-Identifier: MIT

using System.Linq;
using NoLockAlloc.Debug;
using Xunit;

namespace NoLockAlloc.Tests.Debug;

public sealed unsafe class LeaksTests
{
    [Fact]
    public void LiveObjectsAreReportedByOwner()
    {
        using DebugScene scene = new("leaks");
        scene.Free(scene.Alloc(64));
        byte* only = scene.Alloc(18);
        only[0] = (byte)'x';
        scene.Thread.Run(_ =>
        {
            Leaks.PrintIfWanted();
            return 0;
        });
        string[] said = DebugScene.Said.Split('\n');
        Assert.Equal(
            $"unreferenced object 0x{(nuint)only:x} (size 18), one of 1 of this owner, 18 bytes: age=0 cpu=1 pid=101",
            said[0]);
        Assert.StartsWith($"    {(nuint)only:x16}: 78 ", said[2], System.StringComparison.Ordinal);
        Assert.Equal("nolockalloc: 1 objects of 1 owners were not freed, 18 bytes", said[^2]);
    }

    [Fact]
    public void OwnersAreCountedEachForItself()
    {
        using DebugScene scene = new("leaks");
        for (int i = 0; i < 7; i++) scene.Alloc(100);
        scene.Thread.Run(_ =>
        {
            Leaks.PrintIfWanted();
            return 0;
        });
        int owners = DebugScene.Said.Split('\n').Count(l => l.StartsWith("unreferenced", System.StringComparison.Ordinal));
        Assert.Contains($"7 objects of {owners} owners were not freed, 700 bytes", DebugScene.Said);
    }

    [Fact]
    public void WithoutTheOptionAndWithoutObjectsNothingIsSaid()
    {
        foreach (string options in new[] { "slub_debug", "leaks" })
        {
            using DebugScene scene = new(options);
            scene.Free(scene.Alloc(64));
            scene.Thread.Run(_ =>
            {
                Leaks.PrintIfWanted();
                return 0;
            });
            Assert.Equal("", DebugScene.Said);
        }
    }
}
