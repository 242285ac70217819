// SPDX-License-Identifier: MIT
// Something happens before each access of a debug cache's calls.

using NoLockAlloc.Tests.Abandonment;
using Xunit;

namespace NoLockAlloc.Tests.Debug;

public sealed unsafe class DebugInterruptionTests
{
    private const int Size = 60;

    private delegate void Act(DebugScene scene, byte* older);

    public static TheoryData<bool, string> Cases()
    {
        TheoryData<bool, string> cases = [];
        foreach (bool frees in new[] { false, true })
        {
            foreach (string what in new[] { "validate", "allocate", "free", "both", "trim", "abandon" })
            {
                cases.Add(frees, what);
            }
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AtEachStepOfACallAHandlerMayDoAnythingOrTheCallNeverResumes(bool frees, string what)
    {
        int at = 0;
        while (RunsOnce(frees, what, at)) at++;
        Assert.InRange(at, 5, 1000);
    }

    private static bool RunsOnce(bool frees, string what, int at)
    {
        using DebugScene scene = new();
        byte* older = scene.Alloc(Size);
        byte* own = scene.Alloc(Size);
        scene.Free(scene.Alloc(Size));
        int live = 2;
        bool wasReached = Interruption.Run(
            () =>
            {
                if (frees) scene.Free(own);
                else scene.Alloc(Size);
                live += frees ? -1 : 1;
            },
            at,
            () => live += Intrude(scene, what, older));
        Assert.Equal("", DebugScene.Said);
        Assert.Equal(0, scene.Validate());
        long counted = (long)scene.World.StatisticsOf(4).LiveObjects;
        if (what == "abandon") Assert.InRange(counted, live - 1, live + 1);
        else Assert.Equal(live, counted);
        for (int i = 0; i < 400; i++) scene.Free(scene.Alloc(64));
        Assert.Equal("", DebugScene.Said);
        return wasReached;
    }

    /// <summary>By how much there are more live objects then.</summary>
    private static int Intrude(DebugScene scene, string what, byte* older)
    {
        switch (what)
        {
            case "validate":
                Assert.Equal(0, scene.Validate());
                return 0;
            case "allocate":
                scene.Alloc(Size);
                return 1;
            case "free":
                scene.Free(older);
                return -1;
            case "both":
                scene.Free(scene.Alloc(Size));
                scene.Free(older);
                scene.Alloc(Size);
                return 0;
            case "trim":
                scene.Thread.Trim();
                return 0;
            default:
                throw new AbandonedCall();
        }
    }

    /// <summary>The first free is under way when the second comes, on the same object.</summary>
    [Fact]
    public void AtEachStepOfAFreeASecondFreeIsSeenOnce()
    {
        bool wasReached = true;
        for (int at = 0; wasReached; at++)
        {
            using DebugScene scene = new();
            scene.Alloc(Size);
            byte* own = scene.Alloc(Size);
            wasReached = Interruption.Run(() => scene.Free(own), at, () => scene.Free(own));
            if (!wasReached) scene.Free(own);
            Assert.Equal(1, DebugScene.Errors);
            Assert.Contains("Object already free", DebugScene.Said);
            Assert.Equal(1UL, scene.World.StatisticsOf(4).LiveObjects);
        }
    }
}
