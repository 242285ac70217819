// SPDX-License-Identifier: MIT
//
// What kmalloc_nolock returns, without any handler: size, alignment, bytes, no overlap.
#include "counters.h"
#include "ledger.h"

#include <cerrno>

class Kmalloc : public EveryDoor
{
};
THROUGH_BOTH_DOORS(Kmalloc);

TEST_P(Kmalloc, GivesTheZeroSizePointerForSizeZero)
{
    EXPECT_EQ(allocate(0), ZERO_SIZE_PTR);
    EXPECT_EQ(allocate(0, __GFP_ZERO), ZERO_SIZE_PTR);
    EXPECT_TRUE(ZERO_OR_NULL_PTR(allocate(0)));
}

TEST_P(Kmalloc, DecidesSizeZeroBeforeItLooksAtTheNode)
{
    EXPECT_EQ(door.allocate(0, 0, 77), ZERO_SIZE_PTR);
}

TEST_P(Kmalloc, GivesNullAboveTheLargestBucket)
{
    for (size_t size :
         {size_t(8193), size_t(65536), size_t(1) << 40, SIZE_MAX / 2, SIZE_MAX - 63, SIZE_MAX})
    {
        volatile size_t wanted = size;
        EXPECT_EQ(allocate(wanted), nullptr) << size;
    }
}

TEST_P(Kmalloc, ServesEverySizeFromItsBucket)
{
    size_t bucket = 0;
    for (size_t size = 1; size <= KMALLOC_MAX_CACHE_SIZE; size++)
    {
        while (kBuckets[bucket] < size)
            bucket++;
        void *object = allocate(size);
        ASSERT_NE(object, nullptr) << size;
        ASSERT_EQ(ksize(object), kBuckets[bucket]) << size;
        ASSERT_EQ(kmalloc_size_roundup(size), kBuckets[bucket]) << size;
        door.free(object);
    }
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Kmalloc, AlignsToTheLargestPowerOfTwoThatDividesTheBucket)
{
    for (size_t bucket : kBuckets)
    {
        Ledger ledger(door, 300);
        for (int i = 0; i < 300; i++)
            ledger.allocate(bucket);
        for (size_t i = 0; i < ledger.size(); i++)
            ASSERT_EQ(uintptr_t(ledger[i].start) % (bucket & -bucket), 0u) << bucket;
        ledger.free_all();
    }
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Kmalloc, NeverHandsOutOneByteTwice)
{
    Ledger ledger(door, 20000);
    for (size_t round = 0; round < 1000; round++)
        for (size_t bucket : kBuckets)
            ledger.allocate(bucket - round % 3);
    EXPECT_EQ(overlap_in({&ledger}), "");
    ledger.check();
    ledger.free_all();
    EXPECT_EQ(ledger.complaint(), nullptr);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Kmalloc, ZeroesUsedMemoryWhenAsked)
{
    for (size_t bucket : kBuckets)
    {
        Ledger ledger(door, 500);
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 150; i++)
                ledger.allocate(bucket - i % 8, __GFP_ZERO); // the ledger looks at each byte
            ledger.free_all();                               // and leaves 0xdd
        }
        EXPECT_EQ(ledger.complaint(), nullptr) << bucket;
    }
}

TEST_P(Kmalloc, AcceptsTheAccountFlagWithoutEffect)
{
    uint64_t reports = counters().reports;
    void *object = allocate(100, __GFP_ACCOUNT | __GFP_ZERO);
    ASSERT_NE(object, nullptr);
    EXPECT_EQ(ksize(object), 128u);
    door.free(object);
    EXPECT_EQ(counters().reports, reports);
}

TEST_P(Kmalloc, AcceptsNodeZero)
{
    void *object = door.allocate(100, 0, 0);
    ASSERT_NE(object, nullptr);
    door.free(object);
}

TEST_P(Kmalloc, PreservesErrno)
{
    Ledger ledger(door, 20000);
    for (size_t size : {size_t(0), size_t(8), size_t(700), size_t(8192), SIZE_MAX})
        for (int i = 0; i < 300; i++)
        {
            errno = 1234;
            volatile size_t wanted = size;
            void *object = allocate(wanted, __GFP_ZERO);
            ASSERT_EQ(errno, 1234) << size;
            if (!ZERO_OR_NULL_PTR(object))
                ledger.adopt(object, size);
        }
    while (ledger.size() > 0)
    {
        Object object = ledger.give_away();
        errno = 1234;
        door.free(object.start);
        ASSERT_EQ(errno, 1234);
    }
    errno = 1234;
    nolockalloc_trim();
    nolockalloc_drain();
    counters();
    EXPECT_EQ(errno, 1234);
}

TEST(KmallocSizeRoundup, IsZeroForZeroAPowerOfTwoAboveTheBucketsAndTheSizeItselfAboveThat)
{
    EXPECT_EQ(kmalloc_size_roundup(0), 0u);
    EXPECT_EQ(kmalloc_size_roundup(8192), 8192u);
    EXPECT_EQ(kmalloc_size_roundup(8193), 16384u);
    EXPECT_EQ(kmalloc_size_roundup(KMALLOC_MAX_SIZE), KMALLOC_MAX_SIZE);
    EXPECT_EQ(kmalloc_size_roundup(KMALLOC_MAX_SIZE + 1), KMALLOC_MAX_SIZE + 1);
    EXPECT_EQ(kmalloc_size_roundup(SIZE_MAX), SIZE_MAX);
}
