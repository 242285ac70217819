// SPDX-License-Identifier: MIT
// What compiled code calls without the source naming it. Each member says who calls it and when.

namespace System
{
    /// <summary>ILC's start-up code stores the switches of runtimeconfig.json here; there are none.</summary>
    public static class AppContext
    {
        public static void SetData(string name, object data) { }
    }

    /// <summary>The JIT calls these for struct copies and clears too large for registers.</summary>
    internal static unsafe class SpanHelpers
    {
        [Runtime.RuntimeImport("*", "memmove")]
        [Runtime.CompilerServices.MethodImpl(Runtime.CompilerServices.MethodImplOptions.InternalCall)]
        internal static extern void* CMemmove(void* destination, void* source, nuint bytes);

        [Runtime.RuntimeImport("*", "memset")]
        [Runtime.CompilerServices.MethodImpl(Runtime.CompilerServices.MethodImplOptions.InternalCall)]
        internal static extern void* CMemset(void* destination, int value, nuint bytes);

        internal static void Memmove(ref byte dest, ref byte src, nuint len)
        {
            fixed (byte* to = &dest, from = &src)
            {
                CMemmove(to, from, len);
            }
        }

        internal static void ClearWithoutReferences(ref byte dest, nuint len)
        {
            fixed (byte* to = &dest)
            {
                CMemset(to, 0, len);
            }
        }

        internal static void Fill(ref byte dest, byte value, nuint len)
        {
            fixed (byte* to = &dest)
            {
                CMemset(to, value, len);
            }
        }
    }
}

namespace System.Runtime.CompilerServices
{
    public static class RuntimeHelpers
    {
        /// <summary>The C# compiler, for a pinned string.</summary>
        public static unsafe int OffsetToStringData => sizeof(IntPtr) + sizeof(int);
    }
}

namespace Internal.Runtime.CompilerHelpers
{
    using System.Runtime;
    using System.Runtime.CompilerServices;

    /// <summary>ILC's bracket around an UnmanagedCallersOnly method. With no runtime behind it there is
    /// nothing to enter and nothing to leave.</summary>
    internal static class StartupCodeHelpers
    {
        [RuntimeExport("RhpReversePInvoke")]
        private static void RhpReversePInvoke(System.IntPtr frame) { }

        [RuntimeExport("RhpReversePInvokeReturn")]
        private static void RhpReversePInvokeReturn(System.IntPtr frame) { }

        /// <summary>ILC's start-up code; a library without start-up code never calls it.</summary>
        private static void InitializeModules(System.IntPtr osModule) { }
    }

    /// <summary>The JIT calls these where C# would throw. The allocator's arithmetic is written so that
    /// none is reached; if one is, the process ends at once instead of going on wrongly.</summary>
    internal static class ThrowHelpers
    {
        [RuntimeImport("*", "nla_os_abort")]
        [MethodImpl(MethodImplOptions.InternalCall)]
        private static extern void Abort();

        private static void ThrowOverflowException() => Abort();
        private static void ThrowIndexOutOfRangeException() => Abort();
        private static void ThrowNullReferenceException() => Abort();
        private static void ThrowDivideByZeroException() => Abort();
        private static void ThrowArrayTypeMismatchException() => Abort();
        private static void ThrowPlatformNotSupportedException() => Abort();
        private static void ThrowNotImplementedException() => Abort();
        private static void ThrowInvalidProgramException(System.IntPtr message) => Abort();
        private static void ThrowArgumentException() => Abort();
        private static void ThrowArgumentOutOfRangeException() => Abort();
    }
}
