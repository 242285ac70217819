// SPDX-License-Identifier: MIT
// The option `leaks`: what is still live when the process exits, by who allocated it, one object of each
// owner in kmemleak's layout (mm/kmemleak.c: print_unreferenced). Nothing is searched for references: live is
// what was not freed.

using System.Runtime;
using System.Runtime.InteropServices;
using NoLockAlloc.Machine;
using NoLockAlloc.Pages;
using NoLockAlloc.Slabs;
using NoLockAlloc.Words;

namespace NoLockAlloc.Debug;

internal static unsafe class Leaks
{
    private const int Stderr = 2;
    private const int OwnersShift = 14;
    private const ulong Owners = 1UL << OwnersShift;

    /// <summary>All that were allocated by the same stack. In a table of Owners, by the stack's hash.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Owner
    {
        internal ulong Hash;
        internal ulong Objects;
        internal ulong Bytes;
        internal nuint Example;
        internal DebugEntry* ExampleEntry;
    }

    /// <summary>Called by native/ when the process exits. Nobody else runs any more, as a rule.</summary>
    [RuntimeExport("nla_process_exit")]
    internal static void PrintIfWanted()
    {
        if (Arena.Base == 0 || !Arena.Header->ReportLeaks) return;
        nuint bytes = (nuint)Owners * (nuint)sizeof(Owner);
        Owner* owners = (Owner*)Os.Reserve(bytes, Arena.BlockBytes);
        if (owners == null) return;
        nuint high = (nuint)Arena.Header->HighBlock.Load();
        for (nuint block = Arena.Header->First; block < high; block = Nodes.After(block))
        {
            Collect(owners, block);
        }
        Owner sum = default;
        ulong count = 0;
        for (ulong i = 0; i < Owners; i++)
        {
            if (owners[i].Objects == 0) continue;
            count++;
            sum.Objects += owners[i].Objects;
            sum.Bytes += owners[i].Bytes;
            Print(&owners[i]);
        }
        if (count != 0) PrintSum(sum, count);
        Os.Release((nuint)owners, bytes);
    }

    private static void Collect(Owner* owners, nuint block)
    {
        BlockState state = Arena.StateOf(block);
        if (state.Kind != BlockState.KindSlab || !IsReported(state, out DebugCache cache)) return;
        for (nuint i = 0; i < cache.Objects; i++)
        {
            DebugEntry* entry = DebugCache.EntryAt(block, i);
            DebugWord word = new(entry->State.Load());
            if (word.KindIn(state.Generation) != DebugWord.KindLive || !entry->Allocated.IsSet) continue;
            Owner* owner = Find(owners, entry->Allocated.Hash());
            owner->Objects++;
            owner->Bytes += word.Size;
            if (owner->Example != 0) continue;
            owner->Example = cache.AddressOf(block, i);
            owner->ExampleEntry = entry;
        }
    }

    /// <summary>A slab of a debug cache, and not SLAB_NOLEAKTRACE.</summary>
    private static bool IsReported(BlockState state, out DebugCache cache)
    {
        int number = KmemCache.OfCell(state.Cell).Bucket;
        bool isLeft = (CacheDescriptor.Of(number)->SlabFlags & SlabFlags.NoLeakTrace) != 0;
        return DebugCache.TryOf(number, out cache) && cache.Owns(state) && !isLeft;
    }

    /// <summary>Where the table is full, all further owners are one.</summary>
    private static Owner* Find(Owner* owners, ulong hash)
    {
        ulong at = hash >> (64 - OwnersShift);
        for (ulong tried = 1; tried < Owners && owners[at].Objects != 0 && owners[at].Hash != hash; tried++)
        {
            at = (at + 1) % Owners;
        }
        owners[at].Hash = hash;
        return &owners[at];
    }

    private static void Print(Owner* owner)
    {
        const nuint dumped = 32;
        ulong size = new DebugWord(owner->ExampleEntry->State.Load()).Size;
        Text text = new(Stderr);
        text.Add("unreferenced object "u8);
        text.AddHex(owner->Example);
        text.Add(" (size "u8);
        text.AddNumber(size);
        text.Add("), one of "u8);
        text.AddNumber(owner->Objects);
        text.Add(" of this owner, "u8);
        text.AddNumber(owner->Bytes);
        text.Add(" bytes:"u8);
        Track.PrintWhen(&owner->ExampleEntry->Allocated, ref text);
        text.Add("  hex dump (first 32 bytes):"u8);
        text.EndLine();
        ObjectDump.Section(ref text, "    "u8, owner->Example, size < dumped ? (nuint)size : dumped);
        text.Add("  backtrace:"u8);
        text.EndLine();
        Track.PrintStack(&owner->ExampleEntry->Allocated, ref text);
    }

    private static void PrintSum(in Owner sum, ulong owners)
    {
        Text text = new(Stderr);
        text.Add("nolockalloc: "u8);
        text.AddNumber(sum.Objects);
        text.Add(" objects of "u8);
        text.AddNumber(owners);
        text.Add(" owners were not freed, "u8);
        text.AddNumber(sum.Bytes);
        text.Add(" bytes"u8);
        text.EndLine();
    }
}
