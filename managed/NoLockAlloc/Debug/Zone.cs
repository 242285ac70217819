// SPDX-License-Identifier: MIT
// The bytes of a slot whose values are known, zone by zone (init_object, check_object;
// include/linux/poison.h).
//
//                     live    free
//   left red zone     0xcc    0xbb
//   object            0x5a    0x6b, the last byte 0xa5    (0x5a is the program's to overwrite)
//   kmalloc red zone  0xcc            from the size that was asked for to the end of the object
//   right red zone    0xcc    0xbb
//   padding           0x5a    0x5a
//
// What a constructor made is not filled, live or free.

using NoLockAlloc.Machine;
using NoLockAlloc.Pages;

namespace NoLockAlloc.Debug;

internal readonly unsafe struct Zone
{
    internal const int Count = 6;

    internal const int LeftRedzone = 0;
    internal const int KmallocRedzone = 1;
    internal const int PoisonOfObject = 2;
    internal const int EndPoison = 3;
    internal const int RightRedzone = 4;
    internal const int ObjectPadding = 5;

    private const byte RedActive = 0xcc;
    private const byte RedInactive = 0xbb;
    private const byte PoisonInUse = 0x5a;
    private const byte PoisonFree = 0x6b;
    private const byte PoisonEnd = 0xa5;

    private Zone(int what, nuint at, nuint bytes, byte value)
    {
        What = what;
        At = at;
        Bytes = bytes;
        Value = value;
    }

    internal int What { get; }
    internal nuint At { get; }

    /// <summary>0: the cache has no such zone.</summary>
    internal nuint Bytes { get; }

    internal byte Value { get; }

    internal System.ReadOnlySpan<byte> Name => What switch
    {
        LeftRedzone => "Left Redzone"u8,
        KmallocRedzone => "kmalloc Redzone"u8,
        PoisonOfObject => "Poison"u8,
        EndPoison => "End Poison"u8,
        RightRedzone => "Right Redzone"u8,
        _ => "Object padding"u8,
    };

    /// <summary>Zone number what of the object at that address, of which size bytes were asked for.</summary>
    internal static Zone Of(in DebugCache cache, nuint address, nuint size, bool isLive, int what)
    {
        byte red = isLive ? RedActive : RedInactive;
        nuint end = address + cache.ObjectSize;
        bool isPoisoned = !isLive && cache.PoisonsObjects;
        switch (what)
        {
            case LeftRedzone: return new(what, address - cache.Left, cache.Left, red);
            case KmallocRedzone:
                bool hasRest = isLive && cache.Has(SlubDebug.RedZone);
                return new(what, address + size, hasRest ? cache.ObjectSize - size : 0, red);
            case PoisonOfObject: return new(what, address, isPoisoned ? cache.ObjectSize - 1 : 0, PoisonFree);
            case EndPoison: return new(what, end - 1, isPoisoned ? 1U : 0U, PoisonEnd);
            case RightRedzone: return new(what, end, cache.Right, red);
            default:
                nuint bytes = cache.Has(SlubDebug.Poison) ? cache.Padding : 0;
                return new(what, end + cache.Right, bytes, PoisonInUse);
        }
    }

    /// <summary>Write all zones of an object. Caller owns it.</summary>
    internal static void FillAll(in DebugCache cache, nuint address, nuint size, bool isLive)
    {
        for (int what = 0; what < Count; what++) Of(cache, address, size, isLive, what).Fill();
        if (!isLive || !cache.PoisonsObjects) return;
        nuint asked = cache.Has(SlubDebug.RedZone) ? size : cache.ObjectSize;
        new Zone(PoisonOfObject, address, asked, PoisonInUse).Fill();
    }

    internal void Fill()
    {
        if (Bytes != 0) Os.Fill((void*)At, Value, Bytes);
    }

    /// <summary>The first byte that is not as it should be, and one behind the last. 0: there is none.
    /// </summary>
    internal nuint FindWrong(out nuint end)
    {
        nuint at = At;
        end = At + Bytes;
        while (at != end && *(byte*)at == Value) at++;
        if (at == end) return 0;
        while (*(byte*)(end - 1) == Value) end--;
        return at;
    }
}
