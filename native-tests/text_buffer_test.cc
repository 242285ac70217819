// SPDX-License-Identifier: MIT
//
// Reports go out through a buffer of 240 bytes, which is full in the middle of any of their parts,
// so a writer has code for that behind each part. What reports say does not depend on where it was
// full, nor on handlers that come at every instruction meanwhile.
#include "child.h"
#include "doors.h"
#include "ledger.h"
#include "stepper/stepper.h"
#include "written.h"

#include <nolockalloc/alloc_tag.h>
#include <nolockalloc/json.h>
#include <nolockalloc/kmem_cache.h>
#include <vector>

static RunUnderOptions g_options("nodes=2"); // so that there are lists of more than one

namespace
{
using Report = int (*)(int fd);
using Way = std::string (*)(Report);

std::string plain(Report report)
{
    return written_by(report);
}

struct Call
{
    Report report;
    int fd;
    int status;
};

void perform(void *call)
{
    auto &self = *static_cast<Call *>(call);
    self.status = self.report(self.fd);
}

void come_and_go(void *objects, size_t)
{
    constexpr size_t kMostObjects = 4;
    auto &nested = *static_cast<Ledger *>(objects);
    nested.size() < kMostObjects ? (void)nested.allocate(64) : nested.free_oldest();
}

std::string interrupted(Report report)
{
    Ledger nested(direct_door());
    std::string text = written_by(
        [&](int fd)
        {
            Call call = {report, fd, 0};
            size_t handlers =
                stepper::inject_everywhere(perform, &call, come_and_go, &nested).injections;
            EXPECT_GT(handlers, 300u);
            return call.status;
        });
    nested.free_all();
    EXPECT_EQ(nested.complaint(), nullptr);
    return text;
}

size_t count(const std::string &text, const std::string &part)
{
    size_t found = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        found++;
    return found;
}

// Rows of 77 bytes as text and of 133 as JSON, which 240 has no factor of: of so many one begins at
// each byte of the buffer. Further ones have no module, and whatever else JSON escapes or replaces.
constexpr uint64_t kRows = 240;
constexpr uint64_t kFurther = 60;
constexpr uint64_t kFirstLine = 100;
constexpr char kFile[] = "\"\\\x01\xc3\xa9\xff"
                         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr char kFileInJson[] = "\\\"\\\\\\u0001\xc3\xa9\\ufffd"
                               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr char kFurtherFile[] =
    "\x1f\xe2\x82\xac\xf0\x9f\x98\x80\xe0\x80\xf4\x90\x80\x80\xed\xa0\x80\xc3";
constexpr char kFurtherInJson[] =
    "\\u001f\xe2\x82\xac\xf0\x9f\x98\x80\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd"
    "\\ufffd\\ufffd\\ufffd";
nolockalloc_tag_module g_module = {"m"};
alloc_tag g_tags[kRows + kFurther];

void load_call_sites()
{
    for (uint64_t i = 0; i < std::size(g_tags); i++)
        g_tags[i] = {i < kRows ? &g_module : nullptr, i < kRows ? kFile : kFurtherFile, "f",
                     kFirstLine + i, 0};
    nolockalloc_alloc_tags_load(g_tags, std::end(g_tags));
}

// Of call sites that have no objects.
std::string complaint_about_rows(Way written, bool are_accurate)
{
    std::string text = written(nolockalloc_allocinfo), json = written(nolockalloc_allocinfo_json),
                wrong;
    for (uint64_t i = 0; i < std::size(g_tags); i++)
    {
        bool has_module = i < kRows;
        std::string line = std::to_string(kFirstLine + i);
        std::string row = std::string("\n           0        0 ") +
                          (has_module ? kFile : kFurtherFile) + ":" + line +
                          (has_module ? " [m]" : "") + " func:f" +
                          (are_accurate ? "" : " accurate:no") + " \n";
        std::string object = std::string("{\"bytes\":0,\"calls\":0,\"file\":\"") +
                             (has_module ? kFileInJson : kFurtherInJson) + "\",\"line\":" + line +
                             (has_module ? ",\"module\":\"m\"" : "") +
                             ",\"func\":\"f\",\"accurate\":" + (are_accurate ? "true" : "false") +
                             "}";
        if (count(text, row) != 1 || count(json, object) != 1)
            wrong += line + " ";
    }
    return wrong;
}

// No memory is left for the vectors of a slab, and its further objects go uncounted.
int make_call_sites_inaccurate()
{
    constexpr int kWithVectors = 300;
    load_call_sites();
    auto allocate_at = [](alloc_tag &tag)
    { return kmalloc_nolock_tagged_noprof(8, 0, NUMA_NO_NODE, &tag); };
    std::vector<void *> all = {allocate_at(g_tags[0])};
    while (void *object = kmalloc_nolock_noprof(512, 0, NUMA_NO_NODE))
        all.push_back(object);
    for (int i = 0; i < kWithVectors; i++)
        all.push_back(allocate_at(g_tags[0]));
    for (alloc_tag &tag : g_tags)
        all.push_back(allocate_at(tag));
    for (void *object : all)
        kfree_nolock(object);
    bool are_told = complaint_about_rows(interrupted, false).empty();
    return are_told && !testing::Test::HasFailure() ? 0 : 1;
}
Role g_inaccurate("make call sites inaccurate", make_call_sites_inaccurate);

// Of a cache for 40 bytes that has no objects.
constexpr char kColumns[] =
    "      0      0     40 1638   16 : tunables    0    0    0 : slabdata      0      0      0\n";
constexpr char kMembers[] =
    "\",\"active_objs\":0,\"num_objs\":0,\"objsize\":40,\"objperslab\":1638,\"pagesperslab\":16,"
    "\"active_slabs\":0,\"num_slabs\":0,\"slabs_by_node\":[0,0]}";

// Each time there is one cache more, so that the rows behind it begin elsewhere.
void tell_of_caches(Way written)
{
    constexpr size_t kLengths[] = {32, 33, 5, 16};
    constexpr size_t kMost = 20;
    std::vector<struct kmem_cache *> caches;
    load_call_sites();
    void *counted = kmalloc_nolock_tagged_noprof(64, 0, NUMA_NO_NODE,
                                                 &g_tags[0]); // of a cache that has no name
    while (caches.size() < kMost)
    {
        std::string name(kLengths[caches.size() % std::size(kLengths)], char('a' + caches.size()));
        caches.push_back(kmem_cache_create(name.c_str(), 40, 0, SLAB_NO_MERGE, nullptr));
        std::string text = written(nolockalloc_slabinfo), json = written(nolockalloc_slabinfo_json);
        EXPECT_EQ(count(text, "\nkmalloc-cg-64          1 "), 1u) << text;
        EXPECT_EQ(count(json, "{\"name\":\"kmalloc-cg-64\",\"active_objs\":1,"), 1u) << json;
        EXPECT_EQ(count(text, kColumns), caches.size());
        EXPECT_EQ(count(json, kMembers), caches.size());
    }
    kfree(counted);
    for (struct kmem_cache *cache : caches)
        kmem_cache_destroy(cache);
}
} // namespace

TEST(TextBuffer, ARowOfACallSiteIsTheSameWhereverItBegins)
{
    load_call_sites();
    EXPECT_EQ(complaint_about_rows(plain, true), "");
}

TEST(TextBuffer, ARowOfACacheIsTheSameWhereverItBegins)
{
    tell_of_caches(plain);
}

TEST(TextBufferInterrupted, ARowOfACallSiteIsTheSameWhereverItBegins)
{
    load_call_sites();
    EXPECT_EQ(complaint_about_rows(interrupted, true), "");
}

TEST(TextBufferInterrupted, ARowOfACallSiteThatIsNotAccurateIsTheSameWhereverItBegins)
{
    EXPECT_EQ(run_role("make call sites inaccurate", "arena=1m").complaint(), "");
}

TEST(TextBufferInterrupted, ARowOfACacheIsTheSameWhereverItBegins)
{
    tell_of_caches(interrupted);
}

// Each time the numbers of a bucket have more digits.
TEST(TextBufferInterrupted, StatisticsAreCompleteWhereverTheirPartsBegin)
{
    Ledger ledger(direct_door());
    for (size_t size : {8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192})
    {
        for (int i = 0; i < 100; i++)
            ledger.allocate(size);
        ledger.free_all();
        std::string json = interrupted(nolockalloc_stats_json);
        EXPECT_EQ(count(json, "{\"name\":\"kmalloc-"), 13u);
        EXPECT_EQ(count(json, ",\"alloc_node_mismatch\":"), 13u);
        EXPECT_EQ(count(json, "{\"node\":"), 2u);
    }
    EXPECT_EQ(ledger.complaint(), nullptr);
}
