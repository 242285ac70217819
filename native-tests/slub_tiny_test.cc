// SPDX-License-Identifier: MIT
//
// NOLOCKALLOC_OPTIONS=slub_tiny: nothing is kept for a thread, and every kfree_nolock() is deferred. The whole
// program runs under it.
#include "child.h"
#include "counters.h"
#include "interruption.h"

#include <atomic>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <utility>

static RunUnderOptions g_options("slub_tiny");

static void *g_kept;

class SlubTiny : public EveryDoor
{
};
THROUGH_BOTH_DOORS(SlubTiny);

TEST_P(SlubTiny, KeepsNoObjectsForAThread)
{
    Ledger ledger(door, 3000);
    struct nolockalloc_stats before = counters();
    for (size_t size : kBuckets)
    {
        for (int i = 0; i < 200; i++)
            ledger.allocate(size, i % 2 ? __GFP_ZERO : 0);
        ledger.free_all();
    }
    EXPECT_EQ(ledger.complaint(), nullptr);
    nolockalloc_drain();
    struct nolockalloc_stats stats = counters();
    for (int i = 0; i < NOLOCKALLOC_BUCKETS; i++)
    {
        const BucketStats &bucket = stats.bucket[i];
        EXPECT_EQ(bucket.cached_objects, 0u);
        EXPECT_EQ(bucket.alloc_fastpath + bucket.free_fastpath, 0u);
        EXPECT_EQ(bucket.alloc_direct - before.bucket[i].alloc_direct, 200u);
        EXPECT_EQ(bucket.sheaf_refill + bucket.barn_get + bucket.barn_put + bucket.bucket_retry, 0u);
        EXPECT_EQ(bucket.defer_free - before.bucket[i].defer_free, 200u) << "it always defers";
        EXPECT_EQ(bucket.defer_free_drained, bucket.defer_free);
    }
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(SlubTiny, AFreeIsDoneByTheThreadsNextCallWhateverItIs)
{
    void (*const calls[])(const Door &) = {
        [](const Door &door) { g_kept = door.allocate(1024, 0, NUMA_NO_NODE); },
        [](const Door &door) { door.free(door.allocate(8, 0, NUMA_NO_NODE)); },
        [](const Door &) { EXPECT_EQ(nolockalloc_drain(), 1u); },
        [](const Door &) { nolockalloc_trim(); },
    };
    for (auto call : calls)
    {
        void *object = allocate(64);
        uint64_t drained = count(&BucketStats::defer_free_drained, 64);
        door.free(object);
        EXPECT_EQ(count(&BucketStats::defer_free_drained, 64), drained);
        call(door);
        EXPECT_EQ(count(&BucketStats::defer_free_drained, 64), drained + 1);
        door.free(std::exchange(g_kept, nullptr));
    }
}

TEST_P(SlubTiny, ASecondFreeIsReportedWhenItIsDoneAndCountsForNothing)
{
    auto body = [&]
    {
        void *object = allocate(64), *other = allocate(64); // so that the slab stays
        nolockalloc_drain();
        BucketStats before = of_size(counters(), 64);
        door.free(object);
        door.free(object);
        nolockalloc_drain();
        BucketStats after = of_size(counters(), 64);
        bool is_counted_once = after.free_slowpath == before.free_slowpath + 1 &&
                               after.sheaf_flush == before.sheaf_flush + 1 &&
                               after.alloc_fastpath == before.alloc_fastpath;
        door.free(other);
        nolockalloc_trim();
        after = of_size(counters(), 64);
        bool is_told_apart = after.defer_free == after.defer_free_drained + 1;
        return is_counted_once && is_told_apart && counters().reports == 1 && counters().slab_bytes == 0 ? 0 : 1;
    };
    EXPECT_EQ(run_in_child(body).complaint(), "");
}

TEST(SlubTinyKfree, FreesAtOnce)
{
    void *object = kmalloc(64, GFP_KERNEL);
    uint64_t deferred = count(&BucketStats::defer_free, 64);
    kfree(object);
    EXPECT_EQ(count(&BucketStats::defer_free, 64), deferred);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST(SlubTinyCache, MayBeDestroyedWhileAFreeIsDeferred)
{
    uint64_t reports = counters().reports;
    for (int i = 0; i < 200; i++) // more often than there are numbers
    {
        struct kmem_cache *cache = kmem_cache_create("tiny", 40, 0, SLAB_NO_MERGE, nullptr);
        ASSERT_NE(cache, nullptr);
        void *object = kmem_cache_alloc_nolock(cache, 0, NUMA_NO_NODE);
        kmem_cache_free_nolock(cache, object);
        BucketStats stats = {};
        EXPECT_EQ(nolockalloc_cache_stats(cache, &stats), 0);
        EXPECT_EQ(stats.defer_free, 1u);
        kmem_cache_destroy(cache);
    }
    EXPECT_EQ(nolockalloc_drain(), 1u);
    EXPECT_EQ(counters().reports, reports);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(SlubTiny, OfAThreadThatEndsIsDoneThen)
{
    uint64_t drained = count(&BucketStats::defer_free_drained);
    std::thread([&] { door.free(allocate(64)); }).join();
    EXPECT_EQ(count(&BucketStats::defer_free_drained), drained + 1);
    EXPECT_EQ(complaint_after_trim(), "");
}

static void *free_and_end_silently(void *door)
{
    static_cast<const Door *>(door)->free(kmalloc_nolock(64, 0, NUMA_NO_NODE));
    syscall(SYS_exit, 0);
    return nullptr;
}

TEST_P(SlubTiny, OfAThreadThatEndsSilentlyIsDoneByWhoeverHasItsBlock)
{
    uint64_t drained = count(&BucketStats::defer_free_drained);
    pthread_t thread;
    ASSERT_EQ(pthread_create(&thread, nullptr, free_and_end_silently, const_cast<Door *>(&door)), 0);
    ASSERT_EQ(pthread_join(thread, nullptr), 0);
    EXPECT_EQ(count(&BucketStats::defer_free_drained), drained);
    EXPECT_EQ(complaint_after_trim(), "");
    EXPECT_EQ(count(&BucketStats::defer_free_drained), drained + 1);
}

// The child has the list of the thread that forked, and the others' as they were.
TEST_P(SlubTiny, GoesAlongInAFork)
{
    void *object = allocate(64);
    door.free(object);
    auto body = [] { return nolockalloc_drain() == 1 && complaint_after_trim().empty() ? 0 : 1; };
    EXPECT_EQ(run_in_child(body).complaint(), "");
    EXPECT_EQ(nolockalloc_drain(), 1u);
}

TEST_P(SlubTiny, EmptySlabsGoBackAsTheyAreDrained)
{
    Ledger ledger(door, 3000);
    for (int i = 0; i < 2000; i++)
        ledger.allocate(1024);
    uint64_t slabs = of_size(counters(), 1024).active_slabs;
    ledger.free_all();
    nolockalloc_drain();
    EXPECT_GE(slabs, 30u);
    EXPECT_LE(of_size(counters(), 1024).active_slabs, 1u) << "one is spared";
    EXPECT_EQ(ledger.complaint(), nullptr);
}

TEST_P(SlubTiny, ASecondFreeIsReported)
{
    ChildResult result = run_in_child(
        [&]
        {
            void *object = allocate(64);
            door.free(object);
            door.free(object); // by now the first is done
            void *other = allocate(64);
            nolockalloc_nmi_enter();
            door.free(other);
            door.free(other); // it waits
            nolockalloc_nmi_exit();
            nolockalloc_drain();
            return counters().reports == 2 ? 0 : 1;
        });
    EXPECT_EQ(result.complaint(), "");
    EXPECT_NE(result.error.find("is free already"), std::string::npos) << result.error;
}

TEST_P(SlubTiny, ThreadsFreeForEachOther)
{
    std::atomic<void *> handed{nullptr};
    std::atomic<bool> is_over{false};
    std::thread taker(
        [&]
        {
            while (!is_over)
                if (void *object = handed.exchange(nullptr))
                    door.free(object);
        });
    for (int i = 0; i < 20000; i++)
        if (void *object = handed.exchange(allocate(64)))
            door.free(object);
    is_over = true;
    taker.join();
    door.free(handed.exchange(nullptr));
    EXPECT_EQ(complaint_after_trim(), "");
}

// At every instruction of every call: a handler that frees and allocates, and one that the call does not survive.
class SlubTinyInterrupted : public testing::TestWithParam<Operation>
{
  protected:
    Situation situation() const
    {
        Situation some = situation_named("Drain");
        some.operation = GetParam();
        some.freed = GetParam() != Operation::Free;
        return some;
    }
};

TEST_P(SlubTinyInterrupted, ByAHandlerThatFreesAndAllocates)
{
    Interruption interruption(direct_door(), situation());
    ASSERT_TRUE(interruption.find());
    ASSERT_EQ(interrupt_everywhere(interruption, {{"a", "a"}, {"f", "f"}, {"aarfFdA", "aarfFdA"}}), "");
}

// Deferred frees are never lost with the call that was to do them, but for the one in its hand.
TEST_P(SlubTinyInterrupted, ForEver)
{
    Interruption interruption(direct_door(), situation());
    ASSERT_TRUE(interruption.find());
    for (const short_form::Stop &stop : interruption.stops({2, 1, short_form::kForkedRuns}))
    {
        size_t i = stop.index;
        ChildResult result = run_in_child(
            [&]
            {
                static sigjmp_buf way_out;
                auto leave = [](void *, size_t) { siglongjmp(way_out, 1); };
                interruption.prepare();
                if (sigsetjmp(way_out, 1) == 0)
                    interruption.step(i, leave, nullptr);
                stepper::forget();
                interruption.free_all();
                interruption.own.forget_all();
                std::string complaint = complaint_after_trim(1);
                fprintf(stderr, "%s\n", complaint.c_str());
                return complaint.empty() ? 0 : 1;
            });
        ASSERT_EQ(result.complaint(), "") << interruption.describe(i);
    }
}
INSTANTIATE_TEST_SUITE_P(Calls, SlubTinyInterrupted,
                         testing::Values(Operation::Allocate, Operation::Free, Operation::Drain));
