// SPDX-License-Identifier: MIT
//
// What kfree_nolock does, without any handler and on one thread.
#include "counters.h"
#include "ledger.h"

#include <cstring>
#include <set>

class Kfree : public EveryDoor
{
};
THROUGH_BOTH_DOORS(Kfree);

TEST_P(Kfree, DoesNothingForNullAndForTheZeroSizePointer)
{
    struct nolockalloc_stats before = counters();
    door.free(nullptr);
    door.free(ZERO_SIZE_PTR);
    struct nolockalloc_stats after = counters();
    EXPECT_EQ(memcmp(before.bucket, after.bucket, sizeof before.bucket), 0);
    EXPECT_EQ(before.reports, after.reports);
}

TEST_P(Kfree, MakesTheObjectAvailableAgain)
{
    for (size_t bucket : kBuckets)
    {
        void *object = allocate(bucket);
        door.free(object);
        void *again = allocate(bucket);
        EXPECT_EQ(object, again) << "the newest object is the warmest, bucket " << bucket;
        door.free(again);
    }
}

TEST_P(Kfree, DoesNotTouchTheBytesOfTheObject)
{
    for (size_t bucket : kBuckets)
    {
        Ledger kept(door, 400);
        std::vector<Object> freed;
        for (int i = 0; i < 400; i++)
            kept.allocate(bucket);
        for (int i = 0; i < 200; i++)
        {
            Object object = kept.give_away();
            door.free(object.start);
            freed.push_back(object);
        }
        for (const Object &object : freed)
            ASSERT_TRUE(has_pattern(object)) << bucket;
        kept.free_all();
        EXPECT_EQ(kept.complaint(), nullptr);
    }
}

TEST_P(Kfree, GivesEverySlabBackInAnyOrderOfFrees)
{
    for (size_t bucket : kBuckets)
    {
        Ledger ledger(door, 6000);
        for (int i = 0; i < 3000; i++)
            ledger.allocate(bucket);
        for (int i = 0; i < 1000; i++)
        {
            ledger.free_newest();
            ledger.free_oldest();
        }
        ledger.free_all();
        EXPECT_EQ(ledger.complaint(), nullptr);
        EXPECT_EQ(complaint_after_trim(), "") << bucket;
    }
}

TEST_P(Kfree, ReusesTheMemoryOfAWorkloadThatRepeats)
{
    auto slabs_at_the_peak = [&]
    {
        Ledger ledger(door, 20000);
        for (int i = 0; i < 1000; i++)
            for (size_t bucket : kBuckets)
                ledger.allocate(bucket);
        uint64_t slabs = counters().slab_bytes / kSlabBytes;
        ledger.free_all();
        EXPECT_EQ(ledger.complaint(), nullptr);
        return slabs;
    };
    uint64_t first = slabs_at_the_peak();
    for (int i = 0; i < 30; i++)
        EXPECT_LE(slabs_at_the_peak(), first + NOLOCKALLOC_BUCKETS) << "round " << i;
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Kfree, TakesWhatTheOtherDoorGave)
{
    const Door &other = door.name == direct_door().name ? exported_door() : direct_door();
    for (size_t bucket : kBuckets)
        for (int i = 0; i < 200; i++)
            other.free(allocate(bucket));
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Kfree, LeavesKsizeOfTheNeighboursAlone)
{
    Ledger ledger(door, 300);
    for (int i = 0; i < 300; i++)
        ledger.allocate(kBuckets[i % NOLOCKALLOC_BUCKETS]);
    for (int i = 0; i < 100; i++)
        ledger.free_newest();
    for (size_t i = 0; i < ledger.size(); i++)
        EXPECT_EQ(ksize(ledger[i].start), ledger[i].size);
    ledger.free_all();
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST(Ksize, IsZeroForNullAndForTheZeroSizePointer)
{
    EXPECT_EQ(ksize(nullptr), 0u);
    EXPECT_EQ(ksize(ZERO_SIZE_PTR), 0u);
}
