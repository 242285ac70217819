// SPDX-License-Identifier: MIT
//
// The counters add up, slabinfo has the kernel's format, drain and trim do what they say.
#include "child.h"
#include "counters.h"
#include "ledger.h"

#include <cerrno>
#include <set>
#include <sstream>
#include <thread>
#include <unistd.h>

TEST(StatsCall, RefusesNullAndUnknownVersions)
{
    struct nolockalloc_stats stats = {};
    EXPECT_EQ(nolockalloc_stats(nullptr), -EINVAL);
    EXPECT_EQ(nolockalloc_stats(&stats), -EINVAL);
    stats.version = NOLOCKALLOC_STATS_VERSION + 1;
    EXPECT_EQ(nolockalloc_stats(&stats), -EINVAL);
    stats.version = NOLOCKALLOC_STATS_VERSION;
    EXPECT_EQ(nolockalloc_stats(&stats), 0);
}

static Role g_unused("unused",
                     []
                     {
                         struct nolockalloc_stats stats = counters();
                         bool zero = stats.arena_bytes == 0 && stats.slab_bytes == 0 &&
                                     stats.thread_blocks_in_use == 0 && live_objects(stats) == 0;
                         bool nothing = nolockalloc_trim() == 0 && nolockalloc_drain() == 0;
                         return zero && nothing ? 0 : 1;
                     });

TEST(StatsCall, OfAnUnusedLibraryGivesZeros)
{
    EXPECT_EQ(run_role("unused", "").complaint(), "");
}

class Stats : public EveryDoor
{
};
THROUGH_BOTH_DOORS(Stats);

TEST_P(Stats, NameTheBuckets)
{
    door.free(allocate(64));
    struct nolockalloc_stats stats = counters();
    EXPECT_EQ(stats.version, uint32_t(NOLOCKALLOC_STATS_VERSION));
    EXPECT_EQ(stats.buckets, uint32_t(NOLOCKALLOC_BUCKETS));
    EXPECT_EQ(stats.arena_bytes, uint64_t(64) << 30);
    for (int i = 0; i < NOLOCKALLOC_BUCKETS; i++)
    {
        EXPECT_EQ(stats.bucket[i].object_size, kBuckets[i]);
        EXPECT_EQ(stats.bucket[i].objects_per_slab, kSlabBytes / kBuckets[i]);
    }
}

TEST_P(Stats, CountEachAllocationAndEachFreeOnce)
{
    for (size_t bucket : kBuckets)
    {
        struct nolockalloc_stats before = counters();
        Ledger ledger(door, 500);
        for (int i = 0; i < 500; i++)
            ledger.allocate(bucket);
        struct nolockalloc_stats full = counters();
        EXPECT_EQ(live_objects(of_size(full, bucket)) - live_objects(of_size(before, bucket)), 500);
        EXPECT_EQ(live_objects(full) - live_objects(before), 500);
        EXPECT_EQ(full.slab_bytes % kSlabBytes, 0u);
        ledger.free_all();
        struct nolockalloc_stats after = counters();
        const BucketStats &b = of_size(after, bucket), &a = of_size(before, bucket);
        EXPECT_EQ(b.alloc_fastpath + b.alloc_slowpath - a.alloc_fastpath - a.alloc_slowpath, 500u);
        EXPECT_EQ(b.free_fastpath + b.free_slowpath - a.free_fastpath - a.free_slowpath, 500u);
        EXPECT_GT(b.alloc_fastpath, a.alloc_fastpath);
        EXPECT_GT(b.alloc_slowpath, a.alloc_slowpath);
    }
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Stats, AccountForEveryObjectOfEverySlab)
{
    nolockalloc_trim();
    Ledger ledger(door, 3000);
    for (int i = 0; i < 2000; i++)
        ledger.allocate(96);
    for (int i = 0; i < 500; i++)
        ledger.free_oldest();
    struct nolockalloc_stats stats = counters();
    const BucketStats &bucket = of_size(stats, 96);
    EXPECT_EQ(bucket.active_slabs, bucket.alloc_slab - bucket.free_slab);
    EXPECT_GE(bucket.active_slabs * bucket.objects_per_slab,
              uint64_t(live_objects(bucket)) + bucket.cached_objects);
    EXPECT_EQ(stats.slab_bytes, bucket.active_slabs * kSlabBytes);
    ledger.free_all();
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Stats, KeepTheCountsOfThreadsThatEnded)
{
    struct nolockalloc_stats before = counters();
    for (int t = 0; t < 10; t++)
        std::thread(
            [&]
            {
                for (int i = 0; i < 100; i++)
                    door.free(allocate(256));
            })
            .join();
    struct nolockalloc_stats after = counters();
    const BucketStats &b = of_size(after, 256), &a = of_size(before, 256);
    EXPECT_EQ(b.alloc_fastpath + b.alloc_slowpath - a.alloc_fastpath - a.alloc_slowpath, 1000u);
    EXPECT_EQ(b.free_fastpath + b.free_slowpath - a.free_fastpath - a.free_slowpath, 1000u);
}

TEST_P(Stats, TrimGivesEmptySlabsAndIdleMemoryBack)
{
    Ledger ledger(door, 20000);
    for (int i = 0; i < 1000; i++)
        for (size_t bucket : kBuckets)
            ledger.allocate(bucket);
    uint64_t used = counters().slab_bytes;
    EXPECT_GE(used, uint64_t(16) << 20);
    ledger.free_all();
    size_t idle = counters().idle_bytes;
    size_t returned = nolockalloc_trim();
    EXPECT_GT(returned + idle, 0u);
    struct nolockalloc_stats stats = counters();
    EXPECT_EQ(stats.slab_bytes, 0u);
    EXPECT_EQ(stats.idle_bytes, 0u);
    EXPECT_EQ(nolockalloc_trim(), 0u) << "there was nothing left";
    EXPECT_EQ(complaint_after_trim(), "");
}

namespace
{
std::string slabinfo()
{
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(nolockalloc_slabinfo(ends[1]), 0);
    close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
        text.append(buffer, size_t(got));
    close(ends[0]);
    return text;
}
} // namespace

TEST_P(Stats, SlabinfoHasTheKernelsFormat)
{
    Ledger ledger(door);
    for (int i = 0; i < 100; i++)
        ledger.allocate(1024);
    std::istringstream text(slabinfo());
    std::string line;
    std::getline(text, line);
    EXPECT_EQ(line, "slabinfo - version: 2.1");
    std::getline(text, line);
    EXPECT_EQ(line.rfind("# name            <active_objs> <num_objs> <objsize> <objperslab> "
                         "<pagesperslab>",
                         0),
              0u)
        << line;
    std::set<unsigned> sizes;
    while (std::getline(text, line))
    {
        char name[32];
        unsigned long active, objects, slabs, all_slabs, shared;
        unsigned size, per_slab, limit, batch, factor;
        int pages, end = 0;
        int fields = sscanf(line.c_str(),
                            "%31s %lu %lu %u %u %d : tunables %u %u %u : slabdata %lu %lu %lu%n",
                            name, &active, &objects, &size, &per_slab, &pages, &limit, &batch,
                            &factor, &slabs, &all_slabs, &shared, &end);
        ASSERT_EQ(fields, 12) << line;
        EXPECT_EQ(size_t(end), line.size()) << line;
        EXPECT_EQ(size, kmalloc_size_roundup(size));
        EXPECT_TRUE(sizes.insert(size).second) << size;
        EXPECT_EQ(pages, 16);
        EXPECT_EQ(objects, all_slabs * per_slab);
        EXPECT_LE(active, objects);
        if (size == 1024)
        {
            EXPECT_GE(active, 100u);
            EXPECT_STREQ(name, "kmalloc-1k");
        }
    }
    EXPECT_EQ(sizes.size(), size_t(NOLOCKALLOC_BUCKETS));
    ledger.free_all();
}

TEST(Slabinfo, ReturnsTheErrorOfWrite)
{
    EXPECT_EQ(nolockalloc_slabinfo(-1), -EBADF);
    errno = 99;
    EXPECT_EQ(nolockalloc_slabinfo(12345), -EBADF);
    EXPECT_EQ(errno, 99);
}
