// SPDX-License-Identifier: MIT
// /proc/slabinfo as JSON: its columns by their names, and the slabs that a cache has on each node.

using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;

namespace NoLockAlloc.Api;

internal static unsafe class SlabinfoJson
{
    internal static int Write(int fd)
    {
        Json json = new(fd);
        json.Open(default);
        json.String("version"u8, "2.1"u8);
        json.OpenList("caches"u8);
        for (int number = Slabinfo.Last; number > 0; number--)
        {
            if (Slabinfo.IsListed(number)) AddCache(ref json, number);
        }
        json.CloseList();
        json.Close();
        return json.Finish();
    }

    /// <summary>Of a cache that slabinfo lists.</summary>
    internal static void AddName(ref Json json, int number)
    {
        KmemCache cache = KmemCache.Of(number);
        if (cache.IsBucket || KmallocCg.Has(cache))
        {
            CacheName name = cache.IsBucket
                ? CacheName.OfBucket(number) : CacheName.Of("kmalloc-cg-"u8, cache.Size);
            json.String("name"u8, &name.First, name.Length);
            return;
        }
        byte* text = CacheDescriptor.NameOf(number);
        int length = 0;
        while (text[length] != 0) length++;
        json.String("name"u8, text, length);
    }

    private static void AddCache(ref Json json, int number)
    {
        KmemCache cache = Slabinfo.Serving(number);
        BucketStats of;
        Stats.FillBucket(&of, cache.Bucket, SlabCounts.Of(cache.Bucket));
        json.Open(default);
        AddName(ref json, number);
        json.Number("active_objs"u8, of.LiveObjects);
        json.Number("num_objs"u8, of.ActiveSlabs * cache.Objects);
        json.Number("objsize"u8, cache.Size);
        json.Number("objperslab"u8, cache.Objects);
        json.Number("pagesperslab"u8, Slabinfo.PagesPerSlab);
        json.Number("active_slabs"u8, of.ActiveSlabs);
        json.Number("num_slabs"u8, of.ActiveSlabs);
        json.OpenList("slabs_by_node"u8);
        for (nuint node = 0; Arena.Base != 0 && node < Nodes.Count; node++)
        {
            ulong slabs = CountOn(node, cache);
            if (CacheTwin.Has(number)) slabs += CountOn(node, KmemCache.Of(CacheTwin.Of(number)));
            json.Number(default, slabs);
        }
        json.CloseList();
        json.Close();
    }

    private static ulong CountOn(nuint node, in KmemCache cache)
    {
        ulong slabs = 0;
        for (nuint block = Nodes.FirstBlock(node); block < Nodes.HighBlock(node); block++)
        {
            if (Arena.StateOf(block).IsSlabOf(cache.Cell)) slabs++;
        }
        return slabs;
    }
}
