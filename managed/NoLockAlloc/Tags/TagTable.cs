// SPDX-License-Identifier: MIT
// From a call site to its entry (TagEntry has the protocol): at the tag's first use, or when its module is
// loaded. A module that is loaded again finds its entries by their texts.

using NoLockAlloc.Pages;

namespace NoLockAlloc.Tags;

internal static unsafe class TagTable
{
    /// <summary>The Id of a tag for which there was no entry left.</summary>
    private const uint NoEntry = ~0U;

    /// <summary>The number of the tag's entry; 0: it has none, and its calls go uncounted.</summary>
    internal static uint IdOf(AllocTag* tag)
    {
        uint id = (uint)tag->Id.Load();
        if (id == 0) id = Register(tag);
        if (id == NoEntry || !IsId(id)) return 0;
        TagEntry* entry = TagEntry.Of(id);
        if (entry->State.Load() == TagEntry.Writing) entry->State.TryReplace(TagEntry.Writing, KeyOf(tag));
        return id;
    }

    /// <summary>A module with these tags has been loaded.</summary>
    internal static void Load(AllocTag* first, AllocTag* end)
    {
        if (!Arena.Ensure()) return;
        for (AllocTag* tag = first; tag < end; tag++) IdOf(tag);
    }

    /// <summary>The module is about to be unloaded: its rows stay while objects of theirs are out.</summary>
    internal static void Unload(TagModule* module)
    {
        if (Arena.Base == 0) return;
        for (uint id = 1; IsId(id); id++)
        {
            TagEntry.Of(id)->State.TryReplace((ulong)module, TagEntry.Unloaded);
        }
    }

    internal static bool IsId(uint id) => id != 0 && id <= Arena.Header->HighTag.Load();

    private static ulong KeyOf(AllocTag* tag) =>
        tag->Module == null ? TagEntry.NoModule : (ulong)tag->Module;

    private static uint Register(AllocTag* tag)
    {
        TagText text;
        TagText.Write(&text, tag);
        ulong hash = TagText.HashOf(&text);
        for (uint id = 1; IsId(id); id++)
        {
            TagEntry* entry = TagEntry.Of(id);
            if (entry->Hash.Load() != hash || !TagText.IsSame(&text, TagEntry.TextOf(entry))) continue;
            ulong key = KeyOf(tag);
            if (entry->State.Load() == key || entry->State.TryReplace(TagEntry.Unloaded, key))
            {
                return Publish(tag, id);
            }
        }
        return Make(tag, &text, hash);
    }

    private static uint Make(AllocTag* tag, TagText* text, ulong hash)
    {
        for (uint id = 1; id <= Arena.Header->TagCount; id++)
        {
            TagEntry* entry = TagEntry.Of(id);
            if (entry->State.Load() != TagEntry.Free) continue;
            if (!entry->State.TryReplace(TagEntry.Free, TagEntry.Writing)) continue;
            PageAllocator.RaiseTo(ref Arena.Header->HighTag, id);
            TagText.CopyTo(text, TagEntry.TextOf(entry));
            entry->Hash.Store(hash);
            uint published = Publish(tag, id);
            if (published == id) entry->State.TryReplace(TagEntry.Writing, KeyOf(tag));
            else entry->State.Store(TagEntry.Free);
            return published;
        }
        return Publish(tag, NoEntry);
    }

    private static uint Publish(AllocTag* tag, uint id) =>
        tag->Id.TryReplace(0, id) ? id : (uint)tag->Id.Load();
}
