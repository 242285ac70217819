// SPDX-License-Identifier: MIT

using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;

namespace NoLockAlloc.Tests;

/// <summary>The sources that this assembly was made of.</summary>
internal static class SourceTree
{
    internal static string Root { get; } = Path.GetFullPath(Path.Combine(ManagedFolder(), ".."));

    internal static string Product { get; } = Path.Combine(Root, "managed", "NoLockAlloc");

    /// <summary>The product's files, as Folder/File.cs.</summary>
    internal static IEnumerable<string> ProductFiles() =>
        Files(Product, "*.cs").Select(path => Path.GetRelativePath(Product, path));

    /// <summary>Files below a folder, whatever a build has put there left out.</summary>
    internal static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories)
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
            .Order();

    private static string ManagedFolder() =>
        typeof(SourceTree).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "ManagedFolder").Value;
}
