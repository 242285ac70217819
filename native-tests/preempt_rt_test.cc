// SPDX-License-Identifier: MIT
//
// NOLOCKALLOC_OPTIONS=preempt_rt: locks belong to the task. The whole program runs under it.
#include "child.h"
#include "counters.h"
#include "interruption.h"
#include "signals.h"

#include <atomic>
#include <thread>

static RunUnderOptions g_options("preempt_rt");

class PreemptRt : public EveryDoor
{
  protected:
    struct Interrupt
    {
        const char *name;
        void (*enter)();
        void (*exit)();
    };
    const std::vector<Interrupt> interrupts = {
        {"NMI", nolockalloc_nmi_enter, nolockalloc_nmi_exit},
        {"hard IRQ", nolockalloc_hardirq_enter, nolockalloc_hardirq_exit}};
};
THROUGH_BOTH_DOORS(PreemptRt);

TEST_P(PreemptRt, ATaskIsServedByItsArraysAsEver)
{
    Ledger ledger(door, 3000);
    for (size_t size : kBuckets)
    {
        for (int i = 0; i < 200; i++)
            ledger.allocate(size);
        ledger.free_all();
    }
    EXPECT_EQ(ledger.complaint(), nullptr);
    EXPECT_GT(count(&BucketStats::alloc_fastpath), 1000u) << "taken from the array as it was found";
    EXPECT_GT(count(&BucketStats::free_fastpath), 1000u);
    EXPECT_EQ(count(&BucketStats::alloc_direct), 0u);
    EXPECT_EQ(count(&BucketStats::defer_free), 0u);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(PreemptRt, InADeclaredInterruptAllocationsAreNull)
{
    void *before = allocate(64);
    for (const Interrupt &interrupt : interrupts)
    {
        interrupt.enter();
        for (size_t size : kBuckets)
        {
            EXPECT_EQ(allocate(size), nullptr) << interrupt.name << " " << size;
            EXPECT_EQ(allocate(size, __GFP_ZERO), nullptr) << interrupt.name << " " << size;
        }
        EXPECT_EQ(allocate(KMALLOC_MAX_CACHE_SIZE + 1), nullptr);
        interrupt.exit();
        void *after = allocate(64);
        EXPECT_NE(after, nullptr) << interrupt.name;
        door.free(after);
    }
    door.free(before);
    EXPECT_EQ(complaint_after_trim(), "");
}

// The kernel looks at the size first.
TEST(PreemptRtCache, InADeclaredInterruptAllocationsAreNullToo)
{
    struct kmem_cache *cache = kmem_cache_create("rt", 40, 0, SLAB_NO_MERGE, nullptr);
    void *object = kmem_cache_alloc_nolock(cache, 0, NUMA_NO_NODE);
    ASSERT_NE(object, nullptr);
    nolockalloc_nmi_enter();
    EXPECT_EQ(kmem_cache_alloc_nolock(cache, 0, NUMA_NO_NODE), nullptr);
    kmem_cache_free_nolock(cache, object);
    nolockalloc_nmi_exit();
    EXPECT_EQ(nolockalloc_drain(), 1u);
    kmem_cache_destroy(cache);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(PreemptRt, ZeroSizePtrIsReturnedInEveryContext)
{
    for (const Interrupt &interrupt : interrupts)
    {
        interrupt.enter();
        EXPECT_EQ(allocate(0), ZERO_SIZE_PTR);
        door.free(ZERO_SIZE_PTR);
        door.free(nullptr);
        interrupt.exit();
    }
}

TEST_P(PreemptRt, TheFirstCallOfAProcessIsRefusedToo)
{
    ChildResult result = run_in_child(
        [&]
        {
            nolockalloc_nmi_enter();
            bool is_refused = allocate(64) == nullptr && allocate(0) == ZERO_SIZE_PTR;
            nolockalloc_nmi_exit();
            void *object = allocate(64);
            door.free(object);
            return is_refused && object != nullptr ? 0 : 1;
        });
    EXPECT_EQ(result.complaint(), "");
}

// E2: the same gate on every route to a lock.
TEST_P(PreemptRt, InADeclaredInterruptAFreeIsDeferredToTheTasksNextCall)
{
    struct Next
    {
        const char *name;
        void (*call)(const Door &door);
    };
    const Next calls[] = {
        {"allocation", [](const Door &door) { door.free(door.allocate(1024, 0, NUMA_NO_NODE)); }},
        {"drain", [](const Door &) { EXPECT_EQ(nolockalloc_drain(), 1u); }},
        {"trim", [](const Door &) { nolockalloc_trim(); }}};
    for (const Interrupt &interrupt : interrupts)
        for (const Next &next : calls)
        {
            void *object = allocate(64);
            uint64_t deferred = count(&BucketStats::defer_free, 64);
            uint64_t drained = count(&BucketStats::defer_free_drained, 64);
            int64_t live = live_objects(counters());
            interrupt.enter();
            door.free(object);
            EXPECT_EQ(nolockalloc_drain(), 0u);
            EXPECT_EQ(nolockalloc_trim(), 0u);
            EXPECT_EQ(count(&BucketStats::defer_free, 64), deferred + 1);
            EXPECT_EQ(count(&BucketStats::defer_free_drained, 64), drained) << "done in the interrupt";
            interrupt.exit();
            next.call(door);
            EXPECT_EQ(count(&BucketStats::defer_free_drained, 64), drained + 1)
                << interrupt.name << ", " << next.name;
            EXPECT_EQ(live_objects(counters()), live - 1);
        }
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(PreemptRt, MoreDeferredFreesThanTheListHoldsGoToTheirSlabs)
{
    Ledger ledger(door);
    for (int i = 0; i < 100; i++)
        ledger.allocate(64);
    uint64_t deferred = count(&BucketStats::defer_free, 64), direct = count(&BucketStats::free_direct, 64);
    nolockalloc_nmi_enter();
    ledger.free_all();
    nolockalloc_nmi_exit();
    EXPECT_EQ(count(&BucketStats::defer_free, 64) - deferred, 64u);
    EXPECT_EQ(count(&BucketStats::free_direct, 64) - direct, 36u);
    EXPECT_EQ(nolockalloc_drain(), 64u);
    EXPECT_EQ(ledger.complaint(), nullptr);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(PreemptRt, AThreadsEndDoesWhatItDeferred)
{
    uint64_t drained = count(&BucketStats::defer_free_drained, 64);
    std::thread(
        [&]
        {
            void *object = allocate(64);
            nolockalloc_nmi_enter();
            door.free(object);
        })
        .join();
    EXPECT_EQ(count(&BucketStats::defer_free_drained, 64), drained + 1);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(PreemptRt, ASecondFreeInAnInterruptIsReported)
{
    ChildResult result = run_in_child(
        [&]
        {
            void *object = allocate(64);
            nolockalloc_nmi_enter();
            door.free(object);
            door.free(object);
            nolockalloc_nmi_exit();
            return counters().reports == 1 && nolockalloc_drain() == 1 ? 0 : 1;
        });
    EXPECT_EQ(result.complaint(), "");
    EXPECT_NE(result.error.find("is free already"), std::string::npos) << result.error;
}

// Interrupts every call at every instruction. What a declared interrupt frees is neither lost nor done twice,
// and what it asks for it does not get; an undeclared handler is the task, and is served by another bucket:
// C2: a call from where nobody may sleep fails fast or succeeds, it never blocks.
class PreemptRtInterrupted : public testing::TestWithParam<const char *>
{
  protected:
    void interrupt_everywhere(stepper::Inject inject)
    {
        Interruption interruption(direct_door(), situation_named(GetParam()));
        ASSERT_TRUE(interruption.find());
        for (const short_form::Stop &stop : interruption.stops({2}))
        {
            size_t i = stop.index;
            interruption.prepare();
            EXPECT_EQ(interruption.step(i, inject, &interruption).injections, 1u);
            ASSERT_EQ(interruption.settle(), "") << interruption.describe(i);
        }
    }
};

TEST_P(PreemptRtInterrupted, ByADeclaredNmiThatFreesAndAsks)
{
    interrupt_everywhere(
        [](void *context, size_t)
        {
            auto *interruption = static_cast<Interruption *>(context);
            nolockalloc_nmi_enter();
            play(*interruption, "fFd");
            if (interruption->door().allocate(64, 0, NUMA_NO_NODE) != nullptr)
                interruption->nested.complain("an NMI was given an object");
            nolockalloc_nmi_exit();
        });
}

TEST_P(PreemptRtInterrupted, ByTheTaskItself)
{
    interrupt_everywhere([](void *context, size_t)
                         { play(*static_cast<Interruption *>(context), "aarAfF"); });
}
INSTANTIATE_TEST_SUITE_P(Situations, PreemptRtInterrupted,
                         testing::Values("AllocateFromTheArray", "AllocateWithRefill", "FreeToTheArray",
                                         "FreeLargest", "Drain"));
