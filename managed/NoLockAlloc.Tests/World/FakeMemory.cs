// SPDX-License-Identifier: MIT
// Address space, really mapped, refused when a test says so. Mappings are kept between tests and zeroed, so
// that every run of a test sees the same addresses.

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace NoLockAlloc.Tests.World;

internal sealed unsafe class FakeMemory : IDisposable
{
    private const int ReadWrite = 3;
    private const int PrivateAnonymousNoReserve = 0x4022;
    private const int DontNeed = 4;

    private const nuint PageBytes = 4096;

    /// <summary>To look for the pages of more than this takes longer than to fault them in again.</summary>
    private const nuint MostBytesToLookAt = 32 << 20;

    /// <summary>As for clearing more pages than this.</summary>
    private const int MostPagesToClear = 512;

    private static readonly byte[] s_residence = new byte[MostBytesToLookAt / PageBytes];

    private static readonly Dictionary<nuint, Stack<nuint>> s_kept = [];

    private readonly Dictionary<nuint, nuint> _reserved = [];

    /// <summary>Reservations above this are refused.</summary>
    internal nuint Limit { get; set; } = nuint.MaxValue;

    internal bool RefusesPurge { get; set; }

    internal int Reservations { get; private set; }

    internal int Purges { get; private set; }

    /// <summary>What is reserved now: address and bytes.</summary>
    internal IReadOnlyDictionary<nuint, nuint> Reserved => _reserved;

    internal nuint Reserve(nuint bytes, nuint alignment)
    {
        Reservations++;
        if (bytes > Limit) return 0;
        lock (s_kept)
        {
            bool isKept = s_kept.TryGetValue(bytes, out Stack<nuint> kept) && kept.Count != 0;
            nuint at = isKept ? kept.Pop() : Map(bytes, alignment);
            _reserved.Add(at, bytes);
            return at;
        }
    }

    internal void Release(nuint address, nuint bytes)
    {
        if (!_reserved.Remove(address, out nuint reserved) || reserved != bytes)
        {
            throw new InvalidOperationException("Release of what was not reserved so.");
        }
        Keep(address, bytes);
    }

    internal int Purge(nuint address, nuint bytes)
    {
        if (RefusesPurge) return -1;
        Purges++;
        return madvise(address, bytes, DontNeed);
    }

    public void Dispose()
    {
        foreach ((nuint address, nuint bytes) in _reserved)
        {
            Keep(address, bytes);
        }
        _reserved.Clear();
    }

    private static void Keep(nuint address, nuint bytes)
    {
        lock (s_kept)
        {
            Wipe(address, bytes);
            if (!s_kept.TryGetValue(bytes, out Stack<nuint> kept)) s_kept.Add(bytes, kept = new());
            kept.Push(address);
        }
    }

    /// <summary>Zeroes again. A page that stays is cleared in a fraction of the time that its fault takes.
    /// </summary>
    private static void Wipe(nuint address, nuint bytes)
    {
        if (!TryFindPages(address, bytes, out Span<byte> pages))
        {
            madvise(address, bytes, DontNeed);
            return;
        }
        for (int page = pages.IndexOf((byte)1); page >= 0;)
        {
            NativeMemory.Clear((void*)(address + (nuint)page * PageBytes), PageBytes);
            int next = pages[(page + 1)..].IndexOf((byte)1);
            page = next < 0 ? next : page + 1 + next;
        }
    }

    /// <summary>pages: a 1 for each that is there. False: too many.</summary>
    private static bool TryFindPages(nuint address, nuint bytes, out Span<byte> pages)
    {
        pages = s_residence.AsSpan(0, (int)(Math.Min(bytes, MostBytesToLookAt) / PageBytes));
        if (bytes > MostBytesToLookAt || bytes % PageBytes != 0) return false;
        fixed (byte* at = pages)
        {
            if (mincore(address, bytes, at) != 0) return false;
        }
        return pages.Count((byte)1) <= MostPagesToClear;
    }

    private static nuint Map(nuint bytes, nuint alignment)
    {
        nuint at = mmap(0, bytes + alignment, ReadWrite, PrivateAnonymousNoReserve, -1, 0);
        if (at == nuint.MaxValue) throw new OutOfMemoryException();
        return (at + alignment - 1) & ~(alignment - 1);
    }

    [DllImport("libc")]
    private static extern nuint mmap(
        nuint address, nuint bytes, int protection, int flags, int fd, nint offset);

    [DllImport("libc")]
    private static extern int madvise(nuint address, nuint bytes, int advice);

    [DllImport("libc")]
    private static extern int mincore(nuint address, nuint bytes, byte* pages);
}
