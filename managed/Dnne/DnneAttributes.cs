// SPDX-License-Identifier: MIT
// The vocabulary of DNNE (C declarations from C# exports), for builds without the package: DNNE finds its
// attributes by name in the compiled assembly, and so does NoLockAlloc.Declarations. With
// -p:EnableDnne=true the package brings its own in this file's place.

using System;

namespace DNNE;

/// <summary>The C type of a parameter or of the value that is returned.</summary>
internal sealed class C99TypeAttribute : Attribute
{
    public C99TypeAttribute(string code) { }
}

/// <summary>C code that stands before the declarations.</summary>
internal sealed class C99DeclCodeAttribute : Attribute
{
    public C99DeclCodeAttribute(string code) { }
}
