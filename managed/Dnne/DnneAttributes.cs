// SPDX-License-Identifier: MIT
// The vocabulary of DNNE (C declarations from C# exports), which DNNE tells its users to define themselves:
// it finds the attributes by name in the compiled assembly, and so does NoLockAlloc.Declarations.

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
