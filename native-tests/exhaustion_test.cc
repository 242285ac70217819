// SPDX-License-Identifier: MIT
//
// When memory is exhausted every allocation gives NULL, in handlers too, and after the frees all of
// it is there again. The whole program has 1 MiB of slabs.
#include "child.h"
#include "counters.h"
#include "ledger.h"
#include "signals.h"

#include <cerrno>
#include <thread>

static RunUnderOptions g_options("arena=1m");

namespace
{
const Door *g_door;
int g_handler_nulls, g_handler_runs;

void allocate_in_handler(int, siginfo_t *, void *)
{
    g_handler_runs++;
    for (size_t bucket : kBuckets)
        g_handler_nulls += g_door->allocate(bucket, 0, NUMA_NO_NODE) == nullptr;
}
} // namespace

class Exhaustion : public EveryDoor
{
  protected:
    // Allocates until NULL; the ledger is not asked, so that NULL is no complaint.
    size_t fill(Ledger &ledger, size_t size, gfp_t gfp_flags = 0)
    {
        size_t objects = 0;
        while (void *object = allocate(size, gfp_flags))
        {
            ledger.adopt(object, size);
            objects++;
        }
        return objects;
    }
    Ledger ledger{door, 200000};
};
THROUGH_BOTH_DOORS(Exhaustion);

TEST_P(Exhaustion, GivesNullAndRecoversFullyAfterTheFrees)
{
    for (size_t bucket : kBuckets)
    {
        size_t first = fill(ledger, bucket);
        EXPECT_GE(first, (size_t(1) << 20) / bucket * 7 / 8) << bucket;
        EXPECT_EQ(overlap_in({&ledger}), "");
        ledger.free_all();
        for (int i = 0; i < 3; i++)
        {
            EXPECT_EQ(fill(ledger, bucket), first) << "without a trim, bucket " << bucket;
            ledger.free_all();
        }
        EXPECT_EQ(ledger.complaint(), nullptr);
        EXPECT_EQ(complaint_after_trim(), "");
    }
}

TEST_P(Exhaustion, OfOneBucketGivesNullInEachAfterItsOwnObjects)
{
    fill(ledger, 8192);
    for (size_t bucket : kBuckets)
        EXPECT_EQ(allocate(bucket), nullptr) << bucket;
    ledger.free_all();
    EXPECT_EQ(complaint_after_trim(), "");
    for (size_t bucket : kBuckets)
        fill(ledger, bucket);
    for (size_t bucket : kBuckets)
        EXPECT_EQ(allocate(bucket), nullptr) << bucket;
    ledger.check();
    ledger.free_all();
    EXPECT_EQ(ledger.complaint(), nullptr);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Exhaustion, OneFreedObjectCanBeAllocatedAgain)
{
    for (size_t bucket : kBuckets)
    {
        fill(ledger, bucket);
        for (int i = 0; i < 200; i++)
        {
            ledger.free_oldest();
            ASSERT_TRUE(ledger.allocate(bucket)) << bucket << " round " << i;
            ASSERT_EQ(allocate(bucket), nullptr) << bucket;
            if (ledger.size() < 300 && i > 50)
                break;
        }
        ledger.free_all();
        EXPECT_EQ(ledger.complaint(), nullptr);
        EXPECT_EQ(complaint_after_trim(), "");
    }
}

TEST_P(Exhaustion, GivesNullInAHandlerToo)
{
    g_door = &door;
    g_handler_nulls = g_handler_runs = 0;
    Handling handling(SIGUSR1, allocate_in_handler);
    fill(ledger, 8192);
    raise(SIGUSR1);
    EXPECT_EQ(g_handler_runs, 1);
    EXPECT_EQ(g_handler_nulls, NOLOCKALLOC_BUCKETS);
    ledger.free_all();
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Exhaustion, PreservesErrnoAndReportsNothing)
{
    uint64_t reports = counters().reports;
    fill(ledger, 4096);
    errno = 4321;
    EXPECT_EQ(allocate(4096, __GFP_ZERO), nullptr);
    EXPECT_EQ(errno, 4321);
    ledger.free_all();
    EXPECT_EQ(errno, 4321);
    EXPECT_EQ(counters().reports, reports);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Exhaustion, ByOneThreadIsRelievedByTheFreesOfAnother)
{
    size_t first = fill(ledger, 64);
    std::thread(
        [&]
        {
            EXPECT_EQ(allocate(64), nullptr);
            ledger.free_all();
        })
        .join();
    EXPECT_EQ(fill(ledger, 64), first);
    ledger.free_all();
    EXPECT_EQ(ledger.complaint(), nullptr);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Exhaustion, ZeroedObjectsAreZeroedWhenMemoryWasUsed)
{
    fill(ledger, 512);
    ledger.free_all();
    for (int i = 0; i < 1000; i++)
        ledger.allocate(512, __GFP_ZERO);
    EXPECT_EQ(ledger.complaint(), nullptr);
    ledger.free_all();
    EXPECT_EQ(complaint_after_trim(), "");
}
