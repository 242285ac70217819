// SPDX-License-Identifier: MIT
// The slow paths where there are two nodes and the threads run on different ones: abandoned before each access
// to memory.

using System;
using System.Collections.Generic;
using System.Linq;
using NoLockAlloc.Pages;
using NoLockAlloc.Tests.World;
using Xunit;

namespace NoLockAlloc.Tests.Abandonment;

public sealed unsafe class NodeAbandonmentTests
{
    private const nuint Blocks = 8;

    private static readonly Scenario[] s_ofNodes =
    [
        new("AllocFromAnotherNode", s => FillNode(s, 0), s => s.Alloc()),
        new("AllocAfterAMove", s => { s.Alloc(); s.EmptyArray(); s.Thread.Processor = 1; }, s => s.Alloc()),
        new("AllocOfAGivenNode", s => s.Alloc(), s => s.Ledger.Take(s.Thread, s.Size, frame =>
            NoLockAlloc.Api.Kmalloc.Alloc(s.Size, 0, 1, s.Thread.Block, frame))),
        new("FreeOfAnotherNodesObject", ForeignObjects, s => s.Free()),
        new("FirstFreeOfAnotherNodesObject", s => s.AllocMany(s.Other, 3), s => s.Free()),
    ];

    /// <summary>They are prepared by a run across both nodes, or by one thread that fills all of the barn.
    /// </summary>
    private static readonly string[] s_ofOneNode =
    [
        "TakeRunOfUsedBlocks", "TakeRunWhereAnotherCallWasAbandoned", "FreeReleasesASlab",
        "FreeFlushesWhereTheBarnIsFull",
    ];

    public static IEnumerable<object[]> Cases()
    {
        foreach (Scenario scenario in s_ofNodes) yield return [scenario.Name, 256];
        foreach (object[] row in Matrix.Of(1024))
        {
            if (!s_ofOneNode.Contains((string)row[0])) yield return row;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AnAbandonedCallLosesAtMostOneObject(string name, int size)
    {
        Scenario scenario = Array.Find(s_ofNodes, one => one.Name == name) ?? Scenarios.Named(name);
        bool isAbandoned = true;
        for (int at = 0; isAbandoned; at += Matrix.Stride)
        {
            FreshWorld world = FreshWorld.WithBlocks(Blocks, scenario.Threads, nodes: 2);
            using Scene scene = new((nuint)size, Blocks, world);
            scene.Other.Processor = 1;
            scenario.Prepare(scene);
            isAbandoned = Interruption.Run(() => scenario.Act(scene), at, () => throw new AbandonedCall());
            if (isAbandoned) scene.Lost++;
            Matrix.Check(at, "Abandoned", () =>
            {
                scene.EndInterrupted(isAbandoned: false);
                Aftermath.Check(scene, scene.Thread, scene.Lost);
            });
        }
    }

    private static void FillNode(Scene s, nuint node)
    {
        nuint blocks = Nodes.EndBlock(node) - Nodes.FirstBlock(node);
        s.AllocMany(s.Thread, (int)(blocks * s.Cache.Objects));
    }

    private static void ForeignObjects(Scene s)
    {
        s.AllocMany(s.Other, 3);
        s.Ledger.FreePastCells(s.Thread, s.Ledger.Take(s.Thread, s.Size, frame =>
            NoLockAlloc.Api.Kmalloc.Alloc(s.Size, 0, 0, s.Thread.Block, frame)));
    }
}
