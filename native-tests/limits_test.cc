// SPDX-License-Identifier: MIT
//
// A process that may not have all the address space it asks for: what is asked for is halved until
// it is given, or as small as NOLOCKALLOC_OPTIONS says; and when limits are raised, memory is
// there.
#include "child.h"
#include "counters.h"
#include "ledger.h"
#include "process_memory.h"
#include "refusals.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace
{
constexpr size_t kMiB = 1 << 20;
constexpr size_t kGiB = 1 << 30;

// So much more than the process has now.
void allow(int resource, size_t bytes)
{
    size_t used = bytes_of_this_process(resource == RLIMIT_AS ? Statm::Size : Statm::Data);
    rlimit limit;
    getrlimit(resource, &limit);
    limit.rlim_cur = bytes == 0 ? limit.rlim_max : used + bytes;
    setrlimit(resource, &limit);
}

// Every bucket serves, all of the arena can be had and given back, and had again.
int use_all_of_it()
{
    size_t first = 0;
    for (int round = 0; round < 2; round++)
    {
        Ledger ledger(direct_door(), 20000);
        size_t most = counters().arena_bytes / 8192;
        for (size_t i = 0; i < most && i < 20000; i++)
            if (void *object = kmalloc_nolock(8192, 0, NUMA_NO_NODE))
                ledger.adopt(object, 8192);
        if (round > 0 && ledger.size() != first)
            return 11;
        first = ledger.size();
        if (!overlap_in({&ledger}).empty())
            return 12;
        ledger.free_all();
        if (ledger.complaint() != nullptr || first < most * 7 / 8)
            return 13;
    }
    return every_bucket_works(direct_door()) && complaint_after_trim().empty() ? 0 : 14;
}

std::string complaint_of(const char *options, const std::function<int()> &body)
{
    return run_in_child_with(options, body, 60).complaint();
}
} // namespace

class Limit : public testing::TestWithParam<int>
{
};
INSTANTIATE_TEST_SUITE_P(Resources, Limit, testing::Values(RLIMIT_AS, RLIMIT_DATA),
                         [](const testing::TestParamInfo<int> &info)
                         { return info.param == RLIMIT_AS ? "AddressSpace" : "Data"; });

TEST_P(Limit, OfOneGibibyteLeavesAnArenaThatFits)
{
    EXPECT_EQ(complaint_of("",
                           [&]
                           {
                               allow(GetParam(), kGiB);
                               kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
                               size_t arena = counters().arena_bytes;
                               allow(GetParam(), 0); // for the ledgers
                               if (arena < kGiB / 4 || arena > kGiB)
                                   return 2;
                               return every_bucket_works(direct_door()) ? 0 : 3;
                           }),
              "");
}

TEST_P(Limit, GivesNullWhereNothingFitsAndMemoryWhenItIsRaised)
{
    EXPECT_EQ(complaint_of("arena=16m,threads=16",
                           [&]
                           {
                               allow(GetParam(), kMiB);
                               for (size_t bucket : kBuckets)
                                   if (kmalloc_nolock(bucket, 0, NUMA_NO_NODE) != nullptr)
                                       return 2;
                               if (counters().arena_bytes != 0)
                                   return 3;
                               kfree_nolock(nullptr);
                               nolockalloc_trim();
                               allow(GetParam(), 0);
                               int wrong = use_all_of_it();
                               return counters().arena_bytes == 16 * kMiB ? wrong : 4;
                           }),
              "");
}

TEST_P(Limit, IsKeptByASmallArenaForFewThreads)
{
    EXPECT_EQ(complaint_of("arena=8m,threads=64",
                           [&]
                           {
                               allow(GetParam(), 48 * kMiB);
                               kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
                               size_t arena = counters().arena_bytes;
                               allow(GetParam(), 0);
                               return arena == 8 * kMiB ? use_all_of_it() : 2;
                           }),
              "");
}

// vm.overcommit_memory=2 counts the reservation as if it were used, MAP_NORESERVE or not: it
// refuses what is more than the rest of what may be committed.
TEST(Overcommit, LeavesTheLargestArenaThatMayBeCommitted)
{
    for (size_t rest : {40 * kGiB, 6 * kGiB, kGiB, 512 * kMiB})
        EXPECT_EQ(complaint_of("",
                               [&]
                               {
                                   refusals::limit_mapping(rest);
                                   kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
                                   size_t arena = counters().arena_bytes;
                                   if (arena > rest || (rest >= kGiB && arena * 3 < rest))
                                       return 2;
                                   return every_bucket_works(direct_door()) ? 0 : 3;
                               }),
                  "")
            << rest;
}

TEST(Overcommit, TakesAnArenaOfAChosenSize)
{
    EXPECT_EQ(complaint_of("arena=32m,threads=128",
                           []
                           {
                               refusals::limit_mapping(96 * kMiB);
                               kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
                               return counters().arena_bytes == 32 * kMiB ? use_all_of_it() : 2;
                           }),
              "");
}

// The thread blocks are a part of the reservation: 286 KiB for each thread that there may be.
TEST(Overcommit, LeavesASmallArenaWithFewerThreads)
{
    EXPECT_EQ(complaint_of("arena=1m",
                           []
                           {
                               refusals::limit_mapping(64 * kMiB);
                               kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
                               return counters().arena_bytes == kMiB ? use_all_of_it() : 2;
                           }),
              "");
}

TEST(Overcommit, RefusesTheSmallestArenaUntilItFits)
{
    EXPECT_EQ(complaint_of("arena=32m",
                           []
                           {
                               refusals::limit_mapping(kMiB);
                               if (kmalloc_nolock(64, 0, NUMA_NO_NODE) != nullptr)
                                   return 2;
                               refusals::limit_mapping(0);
                               kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
                               return counters().arena_bytes == 32 * kMiB ? use_all_of_it() : 3;
                           }),
              "");
}
