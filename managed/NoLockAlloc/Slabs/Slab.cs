// SPDX-License-Identifier: MIT
// struct slab: the objects of one block, as bits in words that lie out of band (Words/ObjectWord.cs has the
// protocol). Taking and giving back never touches the objects' memory.

using NoLockAlloc.Pages;
using NoLockAlloc.Words;

namespace NoLockAlloc.Slabs;

internal static unsafe partial class Slab
{
    /// <summary>The bucket of the slab that the address lies in; bucket 0 if it lies in none.</summary>
    internal static KmemCache CacheAt(nuint address)
    {
        if (!Arena.Contains(address)) return default;
        BlockState state = Arena.StateOf(Arena.BlockOf(address));
        return state.Kind == BlockState.KindSlab ? KmemCache.OfCell(state.Cell) : default;
    }

    /// <summary>Take one free object of a slab of the bucket, claimed by anybody or nobody. 0 if there is
    /// none. The slab may end and begin anew as another bucket's while we look: after our exchange it can
    /// not any more, so the state is compared then, and the bit is given back if it was not our slab.
    /// </summary>
    internal static nuint TakeOne(nuint block, in KmemCache cache)
    {
        BlockState before = Arena.StateOf(block);
        if (!before.IsSlabOf(cache.Cell)) return 0;
        SharedWord* words = Arena.ObjectWords(block);
        nuint objects = cache.Objects;
        for (nuint i = 0; i * ObjectWord.Objects < objects; i++)
        {
            ulong bit = TakeLowest(ref words[i], ObjectWord.Valid(i, objects));
            if (bit == 0) continue;
            if (!Arena.StateOf(block).IsSameSlab(before))
            {
                words[i].Clear(bit);
                PartialList.AfterGiveBack(block);
                return 0;
            }
            nuint address = cache.AddressOf(block, i * ObjectWord.Objects + ObjectWord.IndexOf(bit));
            Constructor.Ensure(address, cache);
            return address;
        }
        return 0;
    }

    /// <summary>Move a batch of free objects of the claimed slab into the cell's empty array. Caller holds
    /// the lock. False if the slab has none.</summary>
    internal static bool TakeBatch(KmemCacheThread* cell, nuint block)
    {
        KmemCache cache = cell->Cache;
        SharedWord* words = Arena.ObjectWords(block);
        nuint objects = cache.Objects;
        nuint most = (nuint)cache.Batch;
        for (nuint i = 0; i * ObjectWord.Objects < objects; i++)
        {
            ulong valid = ObjectWord.Valid(i, objects);
            while (true)
            {
                ulong word = words[i].Load();
                ulong batch = ObjectWord.LowestOf(ObjectWord.FreeBits(word, valid), most);
                if (batch == 0) break;
                Journal.BeginRefill(cell, i, batch);
                if (!words[i].TryReplace(word, word | batch | ObjectWord.Taken)) continue;
                Hooks.At(Hooks.Refill);
                Journal.CommitRefill(cell, Unpack(cell, cache, block, i, batch));
                words[i].Clear(ObjectWord.Taken);
                Journal.End(cell);
                return true;
            }
            Journal.Cancel(cell, 0);
        }
        return false;
    }

    /// <summary>Give an object back to its slab. False if it is free already. May be called in any context;
    /// if cell is not null the caller holds its lock and an empty slab may be released.</summary>
    internal static bool TryGiveBack(nuint address, in KmemCache cache, KmemCacheThread* cell)
    {
        nuint block = Arena.BlockOf(address);
        nuint index = cache.IndexOf(address);
        ref SharedWord word = ref Arena.ObjectWords(block)[index / ObjectWord.Objects];
        ulong bit = 1UL << (int)(index % ObjectWord.Objects);
        ulong seen;
        do
        {
            seen = word.Load();
            if ((seen & bit) == 0) return false;
        }
        while (!word.TryReplace(seen, seen & ~bit));

        PartialList.AfterGiveBack(block);
        if (cell != null && (seen & ~bit) == 0) SlabRelease.TryRelease(cell, block, keepSpare: true);
        return true;
    }

    /// <summary>Whether some object is free, as far as one pass can tell.</summary>
    internal static bool HasFree(nuint block, in KmemCache cache)
    {
        SharedWord* words = Arena.ObjectWords(block);
        nuint objects = cache.Objects;
        for (nuint i = 0; i * ObjectWord.Objects < objects; i++)
        {
            if (ObjectWord.FreeBits(words[i].Load(), ObjectWord.Valid(i, objects)) != 0) return true;
        }
        return false;
    }

    /// <summary>Whether every object was free, as far as one pass can tell.</summary>
    internal static bool IsEmpty(nuint block, in KmemCache cache)
    {
        SharedWord* words = Arena.ObjectWords(block);
        nuint objects = cache.Objects;
        for (nuint i = 0; i * ObjectWord.Objects < objects; i++)
        {
            if (words[i].Load() != 0) return false;
        }
        return true;
    }

    /// <summary>Objects that are out, as far as one pass can tell.</summary>
    internal static ulong CountUsed(nuint block, in KmemCache cache)
    {
        ulong used = 0;
        SharedWord* words = Arena.ObjectWords(block);
        for (nuint i = 0; i < cache.Words; i++)
        {
            used += ObjectWord.CountOf(words[i].Load() & ObjectWord.Valid(i, cache.Objects));
        }
        return used;
    }

    private static ulong TakeLowest(ref SharedWord word, ulong valid)
    {
        while (true)
        {
            ulong seen = word.Load();
            ulong bit = ObjectWord.LowestOf(ObjectWord.FreeBits(seen, valid));
            if (bit == 0 || word.TryReplace(seen, seen | bit)) return bit;
        }
    }

    /// <summary>The lowest address goes to the top of the array, so that pops go upwards in memory.
    /// </summary>
    private static ulong Unpack(
        KmemCacheThread* cell, in KmemCache cache, nuint block, nuint word, ulong batch)
    {
        ulong count = ObjectWord.CountOf(batch);
        nuint first = cache.AddressOf(block, word * ObjectWord.Objects);
        nuint size = cache.Size;
        LocalWord* place = KmemCacheThread.At(cell, count);
        for (ulong rest = batch; rest != 0; rest &= rest - 1)
        {
            (--place)->Set(first + ObjectWord.IndexOf(rest) * size);
        }
        Constructor.EnsureAll(KmemCacheThread.At(cell, 0), count, cache);
        return count;
    }
}
