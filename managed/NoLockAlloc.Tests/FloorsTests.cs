// SPDX-License-Identifier: MIT
// The picture of docs/ARCHITECTURE.md, held to the sources.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Xunit;

namespace NoLockAlloc.Tests;

public sealed class FloorsTests
{
    private static readonly string[] s_floors =
        ["Machine", "Words", "Pages", "Slabs", "Debug", "Accounting", "Tags", "Api"];

    /// <summary>Whoever else wants to name the OS writes the reason into ARCHITECTURE.md first.</summary>
    private static readonly string[] s_namesTheOs =
    [
        "Accounting/ObjectCharge.cs", "Api/CacheExports.cs", "Api/CacheMaking.cs", "Api/DebugExports.cs",
        "Api/Exports.cs", "Api/KmallocExports.cs", "Api/KmallocLarge.cs", "Api/KmallocSlow.cs",
        "Api/KmallocUtil.cs", "Api/MemcgExports.cs", "Api/NodeExports.cs", "Api/Page.cs", "Api/PageExports.cs",
        "Debug/DebugAlloc.cs", "Debug/Leaks.cs", "Debug/StackWalk.cs", "Debug/Track.cs", "Debug/Zone.cs",
        "Machine/Bug.cs", "Machine/Os.cs", "Pages/Arena.cs", "Pages/ArenaLayout.cs", "Pages/DebugTable.cs",
        "Pages/Hooks.cs", "Pages/Nodes.cs", "Pages/PageAllocator.cs", "Pages/Report.cs", "Pages/Text.cs",
        "Slabs/CacheLeaks.cs", "Slabs/Constructor.cs", "Slabs/ForkEpoch.cs", "Slabs/IdleMemory.cs",
        "Slabs/ObjectExtensions.cs", "Slabs/ThreadBlocks.cs", "Words/LocalLock.cs", "Words/TaskContext.cs",
    ];

    private static readonly string[] s_namesAtomic =
    [
        "Machine/Atomic.cs", "Words/SharedWord.cs", "Words/UnalignedWord.cs",
    ];

    public static TheoryData<string> Files() => new(SourceTree.ProductFiles());

    [Theory]
    [MemberData(nameof(Files))]
    public void TheNamespaceIsTheFolder(string file)
    {
        string[] namespaces = Matches(Text(file), @"^namespace (.+);$").ToArray();
        Assert.Equal(["NoLockAlloc." + FolderOf(file)], namespaces);
        Assert.Contains(FolderOf(file), s_floors);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ArrowsPointDown(string file)
    {
        int own = Array.IndexOf(s_floors, FolderOf(file));
        foreach (string folder in Matches(Text(file), @"^using NoLockAlloc\.(\w+);"))
        {
            Assert.InRange(Array.IndexOf(s_floors, folder), 0, own - 1);
        }
        Assert.DoesNotMatch(@"\busing static\b|\bglobal using\b|\busing \w+ =|extern alias", Code(file));
        foreach (string above in s_floors.Skip(own + 1))
        {
            Assert.DoesNotMatch($@"(?<![.\w>]){above}\.[A-Z]|NoLockAlloc\.{above}\b|global::", Code(file));
        }
    }

    [Fact]
    public void TheMachineIsNamedInFewFiles()
    {
        Assert.Equal(s_namesTheOs, ThatName("Os"));
        Assert.Equal(s_namesAtomic, ThatName("Atomic"));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void AFileIsAtMost250Lines(string file) => Assert.InRange(Text(file).Split('\n').Length, 1, 251);

    [Fact]
    public void EveryFileBeginsWithItsLicence()
    {
        foreach (string path in Sources())
        {
            string first = File.ReadLines(path).First();
            Assert.True(first.Contains("SPDX-License-Identifier: MIT", StringComparison.Ordinal), path);
        }
    }

    [Fact]
    public void NoLineOfTheProductIsLongerThan110Columns()
    {
        IEnumerable<string> product = SourceTree.Files(SourceTree.Product, "*.cs");
        IEnumerable<string> tooLong = product.SelectMany(path => File.ReadLines(path)
            .Select((line, i) => (line, place: $"{Path.GetFileName(path)}:{i + 1}"))
            .Where(at => at.line.Length > 110).Select(at => at.place));
        Assert.Empty(tooLong);
    }

    [Fact]
    public void WhatAProtocolIsCheckedByExists()
    {
        HashSet<string> here = typeof(FloorsTests).Assembly.GetTypes().Select(type => type.Name).ToHashSet();
        List<string> missing = [];
        int named = 0;
        foreach (string file in SourceTree.ProductFiles())
        {
            foreach (string line in Matches(Text(file), @"CHECKED BY +(.+)$"))
            {
                foreach (string names in line.Split(';').Where(part => !part.Contains("(native)")))
                {
                    string[] classes = Matches(names, @"\b(\w+Tests)\b").ToArray();
                    named += classes.Length;
                    missing.AddRange(classes.Except(here).Select(name => $"{file}: {name}"));
                }
            }
        }
        Assert.Empty(missing);
        Assert.InRange(named, 10, 100);
    }

    [Fact]
    public void EachRoomOfTheJourneyExists()
    {
        string architecture = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "ARCHITECTURE.md"));
        int rooms = 0;
        const string aRow = @"(?m)^\| \d+ \| `([\w/.]+)`(?:: `(\w+)`)? \|";
        foreach (Match room in Regex.Matches(architecture, aRow))
        {
            rooms++;
            string[] places = [Path.Combine(SourceTree.Product, room.Groups[1].Value),
                Path.Combine(SourceTree.Root, room.Groups[1].Value)];
            string path = Assert.Single(places, File.Exists);
            string function = room.Groups[2].Value;
            Assert.Matches($@"\b{function}(\(|:|\b.*,)", File.ReadAllText(path));
        }
        Assert.InRange(rooms, 8, 20);
    }

    private static IEnumerable<string> Sources()
    {
        string[] folders = ["managed", "native", "include"];
        string[] patterns = ["*.cs", "*.c", "*.h", "*.S"];
        return folders.SelectMany(folder => patterns.SelectMany(
            pattern => SourceTree.Files(Path.Combine(SourceTree.Root, folder), pattern)));
    }

    private static string[] ThatName(string type) => SourceTree.ProductFiles()
        .Where(file => Regex.IsMatch(Code(file), $@"(?<![\w.""]){type}\b"))
        .Order(StringComparer.Ordinal).ToArray();

    private static string FolderOf(string file) => Path.GetDirectoryName(file);

    private static string Text(string file) => File.ReadAllText(Path.Combine(SourceTree.Product, file));

    /// <summary>Without comments.</summary>
    private static string Code(string file) => Regex.Replace(Text(file), @"(?m)//.*$", "");

    private static IEnumerable<string> Matches(string text, string pattern) =>
        Regex.Matches(text, pattern, RegexOptions.Multiline).Select(match => match.Groups[1].Value);
}
