// SPDX-License-Identifier: MIT
// Every slow path is interrupted before each of its accesses to memory. Then it goes on, and nothing at all
// may be lost; or it is abandoned, and the object in hand may be lost.

using System;
using System.Collections.Generic;
using Xunit;

namespace NoLockAlloc.Tests.Abandonment;

public sealed class IntrusionTests
{
    public static IEnumerable<object[]> Cases() => Matrix.Of(256, 8192);

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheCallGoesOn(string name, int size) => ForEachAccess(name, size, isAbandoned: false);

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheCallIsAbandoned(string name, int size) => ForEachAccess(name, size, isAbandoned: true);

    /// <summary>A claim that a handler and then another thread overtake was a mistake once, at few accesses:
    /// here each is looked at, also by default.</summary>
    [Theory]
    [InlineData("FirstCallOfTheThread")]
    [InlineData("FirstCallTakesAnEndedThreadsBlock")]
    [InlineData("FirstCallReapsAThreadThatEndedInACall")]
    [InlineData("AllocDirectWhenMemoryIsWithAnEndedThread")]
    public void AClaimIsNotOvertaken(string name)
    {
        Scenario scenario = Scenarios.Named(name);
        (string intrusion, Action<Scene> what) = Intrusions.TrimAndBegin;
        for (int at = 0; HasAccess(scenario, 8192, at, intrusion, what, isAbandoned: false); at++)
        {
        }
    }

    private static void ForEachAccess(string name, int size, bool isAbandoned)
    {
        Scenario scenario = Scenarios.Named(name);
        if (Settings.IsAll) EveryIntrusion(scenario, (nuint)size, isAbandoned);
        else IntrusionsInTurn(scenario, (nuint)size, isAbandoned);
    }

    private static void EveryIntrusion(Scenario scenario, nuint size, bool isAbandoned)
    {
        foreach ((string intrusion, Action<Scene> what) in Intrusions.All)
        {
            for (int at = 0; HasAccess(scenario, size, at, intrusion, what, isAbandoned); at++)
            {
            }
        }
    }

    /// <summary>At each access the next one; and from the beginning again, where a short call has not met them
    /// all. Each call begins with another one.</summary>
    private static void IntrusionsInTurn(Scenario scenario, nuint size, bool isAbandoned)
    {
        int first = Scenarios.NumberOf(scenario) + (isAbandoned ? Intrusions.All.Length / 2 : 0);
        int turn = 0;
        for (int way = first; turn < Intrusions.All.Length; way++)
        {
            bool has = true;
            for (int at = Matrix.FirstOf(way); has; at += Matrix.Stride)
            {
                (string intrusion, Action<Scene> what) = Intrusions.All[(first + turn++) % Intrusions.All.Length];
                has = HasAccess(scenario, size, at, intrusion, what, isAbandoned);
            }
        }
    }

    private static bool HasAccess(
        Scenario scenario, nuint size, int at, string intrusion, Action<Scene> what, bool isAbandoned)
    {
        using Scene scene = new(size, scenario.Threads);
        scenario.Prepare(scene);
        bool has = false;
        Matrix.Check(at, intrusion, () =>
        {
            has = Interruption.Run(() => scenario.Act(scene), at, () =>
            {
                what(scene);
                if (isAbandoned) throw new AbandonedCall();
            });
            if (has && isAbandoned) scene.Lost++;
            scene.EndInterrupted(isAbandoned);
            Aftermath.Check(scene, scene.Thread, scene.Lost);
        });
        return has;
    }
}
