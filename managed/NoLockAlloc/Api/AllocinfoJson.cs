// SPDX-License-Identifier: MIT
// /proc/allocinfo as JSON, each part of a call site by itself.

using NoLockAlloc.Pages;
using NoLockAlloc.Tags;

namespace NoLockAlloc.Api;

internal static unsafe class AllocinfoJson
{
    internal static int Write(int fd)
    {
        Json json = new(fd);
        json.Open(default);
        json.String("version"u8, "2.0"u8);
        json.OpenList("tags"u8);
        for (uint id = 1; Arena.Base != 0 && TagTable.IsId(id); id++)
        {
            TagEntry* entry = TagEntry.Of(id);
            if (entry->IsShown) AddTag(ref json, entry);
        }
        json.CloseList();
        json.Close();
        return json.Finish();
    }

    private static void AddTag(ref Json json, TagEntry* entry)
    {
        TagParts parts = TagParts.Of(TagEntry.TextOf(entry));
        json.Open(default);
        json.Number("bytes"u8, entry->Bytes.Load());
        json.Number("calls"u8, entry->Calls.Load());
        json.String("file"u8, parts.File, parts.FileLength);
        json.Number("line"u8, parts.Line);
        if (parts.Module != null) json.String("module"u8, parts.Module, parts.ModuleLength);
        json.String("func"u8, parts.Function, parts.FunctionLength);
        json.Flag("accurate"u8, entry->IsInaccurate.Load() == 0);
        json.Close();
    }
}
