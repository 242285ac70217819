// SPDX-License-Identifier: MIT
// Methods whose bodies the JIT replaces by one or a few instructions. A body that calls itself is never
// compiled: the JIT expands the inner call (the BCL's own convention). Where it cannot, for that machine, it puts a
// call of a thrower there: so arm64 must have bodies for And and Or, and a test looks for others
// (native-tests/aarch64/accesses.py).

namespace System.Threading
{
    using System.Runtime.CompilerServices;

    public static class Interlocked
    {
        [Intrinsic]
        public static long CompareExchange(ref long location1, long value, long comparand) =>
            CompareExchange(ref location1, value, comparand);

        [Intrinsic]
        public static void MemoryBarrier() => MemoryBarrier();

        [Intrinsic]
        public static long ExchangeAdd(ref long location1, long value) => ExchangeAdd(ref location1, value);

        // The body is for arm64, which has these as single instructions only from ARMv8.1 on. It goes round if
        // another thread, or a handler, has changed the word.

        [Intrinsic]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static long And(ref long location1, long value)
        {
            long current = Volatile.Read(ref location1);
            while (true)
            {
                long found = CompareExchange(ref location1, current & value, current);
                if (found == current) return found;
                current = found;
            }
        }

        [Intrinsic]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static long Or(ref long location1, long value)
        {
            long current = Volatile.Read(ref location1);
            while (true)
            {
                long found = CompareExchange(ref location1, current | value, current);
                if (found == current) return found;
                current = found;
            }
        }
    }

    public static class Volatile
    {
        [Intrinsic]
        public static long Read(ref readonly long location) => Read(in location);

        [Intrinsic]
        public static void Write(ref long location, long value) => Write(ref location, value);

        [Intrinsic]
        public static uint Read(ref readonly uint location) => Read(in location);

        [Intrinsic]
        public static void Write(ref uint location, uint value) => Write(ref location, value);
    }
}

namespace System.Numerics
{
    using System.Runtime.CompilerServices;

    public static class BitOperations
    {
        [Intrinsic]
        public static int TrailingZeroCount(ulong value) => TrailingZeroCount(value);

        [Intrinsic]
        public static int LeadingZeroCount(ulong value) => LeadingZeroCount(value);
    }
}

namespace System.Runtime.CompilerServices
{
    public static unsafe class Unsafe
    {
        [Intrinsic]
        public static ref T AsRef<T>(void* source) => ref AsRef<T>(source);

        [Intrinsic]
        public static ref TTo As<TFrom, TTo>(ref TFrom source) => ref As<TFrom, TTo>(ref source);
    }
}
