// SPDX-License-Identifier: MIT
// The types that the C# language itself is made of. Each stands here because the C# compiler, ILC or
// the JIT looks it up by name; none has a member that .NET does not have.

using System.Runtime.CompilerServices;

namespace System;

#pragma warning disable CS0169, CS0649, CA1823 // Fields that only the compilers read.

/// <summary>The root of the type system. ILC wants the type pointer as its only field.</summary>
public unsafe class Object
{
    internal IntPtr m_pEEType;
}

/// <summary>The element type of <c>void</c>.</summary>
public struct Void { }

public struct Boolean { private bool m_value; }
public struct Char { private char m_value; }
public struct SByte { private sbyte m_value; }
public struct Byte { private byte m_value; }
public struct Int16 { private short m_value; }
public struct UInt16 { private ushort m_value; }
public struct Int32 { private int m_value; }
public struct UInt32 { private uint m_value; }
public struct Int64 { private long m_value; }
public struct UInt64 { private ulong m_value; }
public struct Single { private float m_value; }
public struct Double { private double m_value; }

public unsafe struct IntPtr
{
    private void* _value;
}

public unsafe struct UIntPtr
{
    private void* _value;
}

/// <summary>The base of all structs.</summary>
public abstract class ValueType { }

/// <summary>The base of all enums.</summary>
public abstract class Enum : ValueType { }

/// <summary>ILC wants the layout of <c>T?</c>.</summary>
public struct Nullable<T> where T : struct
{
    private readonly bool _hasValue;
    private T _value;
}

/// <summary>The C# compiler keeps the length and the first character of a literal here.</summary>
public sealed class String
{
    public readonly int Length;
    private char _firstChar;
}

/// <summary>ILC wants the length field of an array.</summary>
public abstract class Array
{
    private int _numComponents;
}

/// <summary>ILC looks for the generic half of an array by this name.</summary>
internal class Array<T> : Array { }

public abstract class Delegate
{
    internal object m_firstParameter;
    internal object m_helperObject;
    internal IntPtr m_extraFunctionPointerOrData;
    internal IntPtr m_functionPointer;
}

public abstract class MulticastDelegate : Delegate { }

public struct RuntimeTypeHandle { private IntPtr _value; }
public struct RuntimeMethodHandle { private IntPtr _value; }
public struct RuntimeFieldHandle { private IntPtr _value; }

/// <summary>The C# compiler names it in every attribute that takes a type.</summary>
public class Type { }

public class Exception { }

/// <summary>The C# compiler makes one over read-only data for <c>"..."u8</c> and constant tables.</summary>
public readonly unsafe ref struct ReadOnlySpan<T>
{
    private readonly ref T _reference;
    private readonly int _length;

    /// <summary>The C# compiler binds a literal to these two and then never calls them.</summary>
    public ReadOnlySpan(T[] array) => this = default;

    public ReadOnlySpan(T[] array, int start, int length) => this = default;

    public ReadOnlySpan(void* pointer, int length)
    {
        _reference = ref Unsafe.AsRef<T>(pointer);
        _length = length;
    }

    public int Length => _length;

    public ref readonly T GetPinnableReference() => ref _reference;
}

#pragma warning restore CS0169, CS0649, CA1823
