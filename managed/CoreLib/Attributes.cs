// SPDX-License-Identifier: MIT
// Attributes that the C# compiler or ILC looks up by name. They carry no code.

namespace System
{
    public abstract class Attribute { }

    public enum AttributeTargets
    {
        Method = 0x40,
        Parameter = 0x800,
        ReturnValue = 0x2000,
        All = 0x7fff,
    }

    public sealed class AttributeUsageAttribute : Attribute
    {
        public AttributeUsageAttribute(AttributeTargets validOn) { }
        public bool AllowMultiple { get; set; }
        public bool Inherited { get; set; }
    }

    /// <summary>The C# compiler puts it on a type with a <c>params</c> array.</summary>
    public sealed class ParamArrayAttribute : Attribute { }
}

namespace System.Diagnostics
{
    public sealed class ConditionalAttribute : Attribute
    {
        public ConditionalAttribute(string conditionString) { }
    }
}

namespace System.Diagnostics.CodeAnalysis
{
    /// <summary>DNNE's attributes carry it.</summary>
    public sealed class ExcludeFromCodeCoverageAttribute : Attribute { }
}

namespace System.Reflection
{
    /// <summary>The C# compiler puts it on a type with an indexer.</summary>
    public sealed class DefaultMemberAttribute : Attribute
    {
        public DefaultMemberAttribute(string memberName) { }
    }
}

namespace System.Runtime
{
    /// <summary>ILC: the method is called by this symbol's name, without any transition.</summary>
    public sealed class RuntimeExportAttribute : Attribute
    {
        public RuntimeExportAttribute(string entry) { }
    }

    /// <summary>ILC: the method is this symbol, called directly.</summary>
    public sealed class RuntimeImportAttribute : Attribute
    {
        public RuntimeImportAttribute(string dllName, string entryPoint) { }
    }
}

namespace System.Runtime.CompilerServices
{
    public enum MethodImplOptions
    {
        NoInlining = 0x0008,
        AggressiveInlining = 0x0100,
        AggressiveOptimization = 0x0200,
        InternalCall = 0x1000,
    }

    public sealed class MethodImplAttribute : Attribute
    {
        public MethodImplAttribute(MethodImplOptions methodImplOptions) { }
    }

    /// <summary>ILC: the JIT may replace the method by instructions.</summary>
    public sealed class IntrinsicAttribute : Attribute { }

    /// <summary>The C# compiler puts it on <c>unsafe fixed</c> buffers.</summary>
    public sealed class FixedBufferAttribute : Attribute
    {
        public FixedBufferAttribute(Type elementType, int length) { }
    }

    public sealed class UnsafeValueTypeAttribute : Attribute { }
    public sealed class CompilerGeneratedAttribute : Attribute { }
    public sealed class IsReadOnlyAttribute : Attribute { }
    public sealed class IsByRefLikeAttribute : Attribute { }
    public sealed class IsUnmanagedAttribute : Attribute { }
    public sealed class SkipLocalsInitAttribute : Attribute { }

    public sealed class InternalsVisibleToAttribute : Attribute
    {
        public InternalsVisibleToAttribute(string assemblyName) { }
    }

    /// <summary>The C# compiler marks an assembly with unsafe code so.</summary>
    public sealed class RuntimeCompatibilityAttribute : Attribute
    {
        public bool WrapNonExceptionThrows { get; set; }
    }

    /// <summary>The C# compiler: the modifier of a <c>volatile</c> field.</summary>
    public static class IsVolatile { }

    /// <summary>The C# compiler: the modifier of an unmanaged function pointer.</summary>
    public class CallConvCdecl { }

    /// <summary>ILC reads the names of the features that the core library offers.</summary>
    public static class RuntimeFeature
    {
        public const string UnmanagedSignatureCallingConvention = nameof(UnmanagedSignatureCallingConvention);
        public const string NumericIntPtr = nameof(NumericIntPtr);
        public const string ByRefFields = nameof(ByRefFields);
    }
}

namespace System.Runtime.InteropServices
{
    public enum LayoutKind
    {
        Sequential = 0,
        Explicit = 2,
        Auto = 3,
    }

    public enum CharSet
    {
        Ansi = 2,
    }

    public sealed class StructLayoutAttribute : Attribute
    {
        public StructLayoutAttribute(LayoutKind layoutKind) { }
        public int Pack;
        public int Size;
        public CharSet CharSet;
    }

    public sealed class FieldOffsetAttribute : Attribute
    {
        public FieldOffsetAttribute(int offset) { }
    }

    public sealed class InAttribute : Attribute { }
    public sealed class OutAttribute : Attribute { }

    /// <summary>ILC: the method can be called from C.</summary>
    public sealed class UnmanagedCallersOnlyAttribute : Attribute
    {
        public string EntryPoint;
        public Type[] CallConvs;
    }

    /// <summary>ILC looks for it at run-time imports of the platform.</summary>
    public enum UnmanagedType
    {
        Bool = 2,
    }
}
