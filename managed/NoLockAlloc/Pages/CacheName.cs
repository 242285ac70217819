// SPDX-License-Identifier: MIT
// The names of the kmalloc buckets (kmalloc_info[], mm/slab_common.c): kmalloc-8 to kmalloc-8k.

using System.Runtime.InteropServices;

namespace NoLockAlloc.Pages;

[StructLayout(LayoutKind.Explicit, Size = Capacity)]
internal unsafe struct CacheName
{
    private const int Capacity = 24;

    [FieldOffset(0)] internal byte First;
    [FieldOffset(20)] internal int Length;

    internal static CacheName OfBucket(int bucket) => Of("kmalloc-"u8, Sizes.Of(bucket));

    /// <summary>The prefix, and the size in bytes or KiB.</summary>
    internal static CacheName Of(System.ReadOnlySpan<byte> prefix, nuint size)
    {
        CacheName name = default;
        byte* to = &name.First;
        fixed (byte* from = prefix)
        {
            while (name.Length < prefix.Length)
            {
                to[name.Length] = from[name.Length];
                name.Length++;
            }
        }
        bool isInKibibytes = size >= 1024;
        nuint number = isInKibibytes ? size / 1024 : size;
        nuint unit = number >= 100 ? 100U : number >= 10 ? 10U : 1U;
        for (; unit != 0; unit /= 10) to[name.Length++] = (byte)('0' + number / unit % 10);
        if (isInKibibytes) to[name.Length++] = (byte)'k';
        return name;
    }
}
