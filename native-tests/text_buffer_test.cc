// SPDX-License-Identifier: MIT
//
// The reports are written through a buffer of 240 bytes: what they say does not depend on where it ends.
#include "written.h"

#include <gtest/gtest.h>
#include <nolockalloc/alloc_tag.h>
#include <nolockalloc/json.h>
#include <nolockalloc/kmem_cache.h>
#include <vector>

namespace
{
constexpr uint64_t kRows = 80;
constexpr uint64_t kFirstLine = 100;

// What is escaped comes first; a row is of 73 bytes as text and of 123 as JSON, so each row begins at another place of
// the buffer, the latter at every third.
constexpr char kFile[] = "\"\x01\xc3\xa9\xff" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr char kFileInJson[] = "\\\"\\u0001\xc3\xa9\\ufffd" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

nolockalloc_tag_module g_module = {"m"};
alloc_tag g_tags[kRows];

void load_call_sites()
{
    for (uint64_t i = 0; i < kRows; i++)
        g_tags[i] = {&g_module, kFile, "f", kFirstLine + i, 0};
    nolockalloc_alloc_tags_load(g_tags, g_tags + kRows);
}

size_t count(const std::string &text, const std::string &part)
{
    size_t found = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        found++;
    return found;
}

// One more than fits beside a name, so that each row begins at another place.
std::vector<struct kmem_cache *> create_caches()
{
    std::vector<struct kmem_cache *> caches;
    while (caches.size() < 24)
    {
        std::string name(32 + caches.size() % 2, char('a' + caches.size()));
        caches.push_back(kmem_cache_create(name.c_str(), 40, 0, SLAB_NO_MERGE, nullptr));
    }
    return caches;
}
} // namespace

TEST(TextBuffer, ARowOfACallSiteIsTheSameWhereverItBegins)
{
    load_call_sites();
    std::string text = written_by([](int fd) { return nolockalloc_allocinfo(fd); });
    std::string json = written_by([](int fd) { return nolockalloc_allocinfo_json(fd); });
    for (uint64_t i = 0; i < kRows; i++)
    {
        std::string line = std::to_string(kFirstLine + i);
        std::string row = std::string("\n           0        0 ") + kFile + ":" + line + " [m] func:f \n";
        EXPECT_EQ(count(text, row), 1u) << line;
        row = std::string("{\"bytes\":0,\"calls\":0,\"file\":\"") + kFileInJson + "\",\"line\":" + line +
              ",\"module\":\"m\",\"func\":\"f\",\"accurate\":true}";
        EXPECT_EQ(count(json, row), 1u) << line;
    }
}

TEST(TextBuffer, ARowOfACacheIsTheSameWhereverItBegins)
{
    std::vector<struct kmem_cache *> caches = create_caches();
    void *counted = kmalloc_nolock_tagged_noprof(64, 0, NUMA_NO_NODE, &g_tags[0]); // of a cache that has no name
    std::string text = written_by([](int fd) { return nolockalloc_slabinfo(fd); });
    std::string json = written_by([](int fd) { return nolockalloc_slabinfo_json(fd); });
    EXPECT_EQ(count(text, "\nkmalloc-cg-64          1 "), 1u) << text;
    EXPECT_EQ(count(json, "{\"name\":\"kmalloc-cg-64\",\"active_objs\":1,"), 1u);
    kfree(counted);
    EXPECT_EQ(count(text, "      0      0     40 1638   16 : tunables    0    0    0 : slabdata      0      0      0\n"),
              caches.size());
    EXPECT_EQ(count(json, "\",\"active_objs\":0,\"num_objs\":0,\"objsize\":40,\"objperslab\":1638,\"pagesperslab\":16,"
                          "\"active_slabs\":0,\"num_slabs\":0,\"slabs_by_node\":[0]}"),
              caches.size());
    for (struct kmem_cache *cache : caches)
        kmem_cache_destroy(cache);
}
