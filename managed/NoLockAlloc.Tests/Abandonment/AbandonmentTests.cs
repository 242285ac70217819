// SPDX-License-Identifier: MIT
// Every slow path is abandoned before each of its accesses to memory; then the same thread goes on, or a new
// one after the thread's end, or after its end without a word.

using System;
using System.Collections.Generic;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Abandonment;

public sealed class AbandonmentTests
{
    public static IEnumerable<object[]> Cases() => Matrix.Of(256, 8192);

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheThreadGoesOn(string name, int size) => ForEachAccess(name, size, 0, scene => scene.Thread);

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheThreadEndsAndANewOneGoesOn(string name, int size) => ForEachAccess(name, size, 1, scene =>
    {
        scene.Thread.Exit();
        scene.Thread.IsGone = true;
        return scene.World.NewThread();
    });

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheThreadIsGoneAndANewOneGoesOn(string name, int size) => ForEachAccess(name, size, 2, scene =>
    {
        scene.Thread.IsGone = true;
        return scene.World.NewThread();
    });

    private static void ForEachAccess(string name, int size, int way, Func<Scene, FakeThread> goOn)
    {
        Scenario scenario = Scenarios.Named(name);
        bool isAbandoned = true;
        for (int at = Matrix.FirstOf(way); isAbandoned; at += Matrix.Stride)
        {
            using Scene scene = new((nuint)size, scenario.Threads);
            scenario.Prepare(scene);
            isAbandoned = Interruption.Run(
                () => scenario.Act(scene), at, () => throw new AbandonedCall());
            if (isAbandoned) scene.Lost++;
            Matrix.Check(at, "Abandoned", () => End(scene, goOn));
        }
    }

    private static void End(Scene scene, Func<Scene, FakeThread> goOn)
    {
        scene.EndInterrupted(isAbandoned: false);
        FakeThread thread = goOn(scene);
        Aftermath.Check(scene, thread, scene.Lost);
    }
}
