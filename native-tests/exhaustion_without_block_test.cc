// SPDX-License-Identifier: MIT
//
// A thread without a block, or in a handler that interrupted its own slow paths, gets NULL only when memory
// is exhausted: it turns empty slabs of other buckets into what it needs. 1 MiB of slabs, one block.
#include "child.h"
#include "counters.h"
#include "ledger.h"
#include "signals.h"

#include <thread>

static RunUnderOptions g_options("arena=1m,threads=1");

namespace
{
// So many objects of a bucket that several slabs are filled.
size_t a_few_slabs(size_t bucket)
{
    return bucket <= 192 ? 150 : bucket <= 1024 ? 80 : bucket <= 4096 ? 40 : 20;
}
} // namespace

class ExhaustionWithoutABlock : public EveryDoor
{
};
THROUGH_BOTH_DOORS(ExhaustionWithoutABlock);

TEST_P(ExhaustionWithoutABlock, ReusesTheEmptySlabsOfOtherBuckets)
{
    door.free(allocate(64)); // this thread has the only block
    std::thread(
        [this]
        {
            Ledger ledger(door, 200);
            for (int round = 0; round < 3; round++)
                for (size_t bucket : kBuckets)
                {
                    for (size_t i = 0; i < a_few_slabs(bucket); i++)
                        EXPECT_TRUE(ledger.allocate(bucket)) << bucket << " in round " << round;
                    ledger.free_all();
                }
            EXPECT_EQ(ledger.complaint(), nullptr);
        })
        .join();
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(ExhaustionWithoutABlock, HasTheWholeCapacityBucketAfterBucket)
{
    door.free(allocate(64));
    nolockalloc_trim();
    std::thread(
        [this]
        {
            Ledger ledger(door, 200000);
            for (size_t bucket : kBuckets)
            {
                while (void *object = allocate(bucket))
                    ledger.adopt(object, bucket);
                EXPECT_GE(ledger.size(), (size_t(1) << 20) / bucket * 7 / 8) << bucket;
                ledger.free_all();
            }
            EXPECT_EQ(ledger.complaint(), nullptr);
        })
        .join();
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(ExhaustionWithoutABlock, MayTrim)
{
    door.free(allocate(64));
    nolockalloc_trim();
    std::thread(
        [this]
        {
            Ledger ledger(door, 200);
            for (int i = 0; i < 100; i++)
                ledger.allocate(8192);
            ledger.free_all();
            EXPECT_GT(counters().slab_bytes, 0u);
            EXPECT_GT(nolockalloc_trim(), 0u);
            EXPECT_EQ(counters().slab_bytes, 0u);
            EXPECT_EQ(counters().idle_bytes, 0u);
        })
        .join();
    EXPECT_EQ(complaint_after_trim(), "");
}
