// SPDX-License-Identifier: MIT
// The format of /proc/allocinfo, version 2.0 (lib/alloc_tag.c).

using NoLockAlloc.Pages;
using NoLockAlloc.Tags;

namespace NoLockAlloc.Api;

internal static unsafe class Allocinfo
{
    internal static int Write(int fd)
    {
        Text text = new(fd);
        text.Add("allocinfo - version: 2.0\n#     <size>  <calls> <tag info>\n"u8);
        for (uint id = 1; Arena.Base != 0 && TagTable.IsId(id); id++)
        {
            TagEntry* entry = TagEntry.Of(id);
            if (entry->IsShown) Row(ref text, entry);
        }
        text.Flush();
        return text.Error;
    }

    private static void Row(ref Text text, TagEntry* entry)
    {
        text.AddNumber(entry->Bytes.Load(), 12);
        text.Add(" "u8);
        text.AddNumber(entry->Calls.Load(), 8);
        text.Add(" "u8);
        text.AddText(TagEntry.TextOf(entry));
        if (entry->IsInaccurate.Load() != 0) text.Add(" accurate:no"u8);
        text.Add(" \n"u8);
    }
}
