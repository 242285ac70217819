// SPDX-License-Identifier: MIT
// Prints the C declarations of the exports of an assembly, so that a C compiler can compare them
// with the hand-written header (native-tests/abi/declarations.cmake). It plays DNNE's part, in
// DNNE's vocabulary: [UnmanagedCallersOnly], C99Type, C99DeclCode.

using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace NoLockAlloc.Declarations;

internal static class Program
{
    private static int Main(string[] args)
    {
        if (args.Length != 1)
        {
            Console.Error.WriteLine("usage: NoLockAlloc.Declarations ASSEMBLY");
            return 2;
        }

        try
        {
            using PEReader file = new(File.OpenRead(args[0]));
            Write(Console.Out, ExportReader.Read(file.GetMetadataReader()));
            return 0;
        }
        catch (Exception problem) when (problem is IOException or BadImageFormatException
            or InvalidDataException)
        {
            Console.Error.WriteLine($"{args[0]}: {problem.Message}");
            return 1;
        }
    }

    private static void Write(TextWriter output, List<Export> exports)
    {
        SortedSet<string> code = new(StringComparer.Ordinal);
        foreach (Export export in exports)
        {
            code.UnionWith(export.Code);
        }

        output.WriteLine("/* Generated from the C# exports. */");
        output.WriteLine("#include <stddef.h>");
        output.WriteLine("#include <stdint.h>");
        foreach (string line in code)
        {
            output.WriteLine(line);
        }

        output.WriteLine("#ifdef __cplusplus");
        output.WriteLine("extern \"C\" {");
        output.WriteLine("#endif");
        foreach (Export export in exports)
        {
            output.WriteLine(export.Declaration);
        }

        output.WriteLine("#ifdef __cplusplus");
        output.WriteLine("}");
        output.WriteLine("#endif");
    }
}
