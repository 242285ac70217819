// SPDX-License-Identifier: MIT
//
// Caches: how they begin and end, and what is said when something is wrong.
#include "child.h"
#include "counters.h"
#include "stepper/stepper.h"
#include "written.h"

#include <atomic>
#include <cstring>
#include <gtest/gtest.h>
#include <set>
#include <thread>
#include <vector>

namespace
{
constexpr int kCaches = 81;

struct kmem_cache *create(const char *name, unsigned size, slab_flags_t flags = SLAB_NO_MERGE)
{
    return kmem_cache_create(name, size, 0, flags, nullptr);
}

BucketStats stats_of(struct kmem_cache *cache)
{
    BucketStats stats = {};
    EXPECT_EQ(nolockalloc_cache_stats(cache, &stats), 0);
    return stats;
}

std::vector<struct kmem_cache *> create_all()
{
    std::vector<struct kmem_cache *> all;
    while (struct kmem_cache *cache = create("many", 40))
        all.push_back(cache);
    return all;
}
} // namespace

TEST(KmemCacheDestroy, ReportsWhatWasNotFreedAndLeavesItValid)
{
    ChildResult result = run_in_child([]
    {
        struct kmem_cache *cache = create("leaky", 40);
        void *kept = kmem_cache_alloc(cache, GFP_KERNEL);
        fprintf(stderr, "expected: Object %p @offset=%zu\n", kept, size_t(uintptr_t(kept) % kSlabBytes));
        memset(kept, 0x31, 40);
        kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
        kmem_cache_destroy(cache);
        bool is_valid = *static_cast<char *>(kept) == 0x31;
        kfree(kept);
        size_t caches = create_all().size();
        return is_valid && caches == kCaches ? 0 : 1;
    });
    EXPECT_EQ(result.complaint(), "");
    EXPECT_NE(result.error.find("kmem_cache_destroy leaky: Slab cache still has objects when called from"),
              std::string::npos);
    size_t at = result.error.find("expected: ") + 10;
    std::string line = result.error.substr(at, result.error.find('\n', at) - at);
    EXPECT_NE(result.error.find("nolockalloc: " + line), std::string::npos) << result.error;
}

TEST(KmemCacheDestroy, OfNullDoesNothingAndOfADeadOneIsReported)
{
    kmem_cache_destroy(nullptr);
    EXPECT_EQ(counters().reports, 0u);
    struct kmem_cache *cache = create("dead", 40);
    kmem_cache_destroy(cache);
    kmem_cache_destroy(cache);
    EXPECT_EQ(counters().reports, 1u);
    EXPECT_EQ(kmem_cache_alloc(cache, GFP_KERNEL), nullptr);
    EXPECT_EQ(counters().reports, 2u);
}

TEST(KmemCacheDestroy, GivesNumbersBackForEver)
{
    for (int i = 0; i < 500; i++)
    {
        struct kmem_cache *cache = create("again", 8 + 8 * unsigned(i % 50));
        ASSERT_NE(cache, nullptr) << i;
        void *objects[40];
        ASSERT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, 40, objects), 40);
        ASSERT_EQ(std::set<void *>(objects, objects + 40).size(), 40u);
        kmem_cache_free_bulk(cache, 40, objects);
        kmem_cache_destroy(cache);
    }
    EXPECT_EQ(complaint_after_trim(), "");
    EXPECT_EQ(counters().reports, 0u);
}

TEST(KmemCacheDestroy, WhatOtherThreadsKeepIsNoLeakAndIsGivenBack)
{
    std::atomic<int> step{0};
    struct kmem_cache *cache = create("kept", 40);
    std::thread other([&]
    {
        for (int i = 0; i < 50; i++)
            kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
        step = 1;
        while (step == 1)
            std::this_thread::yield();
        kfree(kmalloc(100, GFP_KERNEL | __GFP_ZERO)); // a slow path
        step = 3;
        while (step == 3)
            std::this_thread::yield();
    });
    while (step != 1)
        std::this_thread::yield();
    kmem_cache_destroy(cache);
    EXPECT_EQ(counters().reports, 0u);
    EXPECT_EQ(create_all().size(), size_t(kCaches - 1)) << "its number was used while a cell was there";
    step = 2;
    while (step != 3)
        std::this_thread::yield();
    EXPECT_NE(create("last", 40), nullptr);
    step = 4;
    other.join();
}

// F4: in the kernel two barriers at a time hang.
TEST(KmemCacheDestroy, F4TwoAtATimeWithDeferredFreesPendingBothEnd)
{
    for (int round = 0; round < 20; round++)
    {
        struct kmem_cache *caches[2] = {create("left", 40), create("right", 56)};
        std::thread threads[2];
        for (int i = 0; i < 2; i++)
            threads[i] = std::thread([cache = caches[i]]
            {
                std::vector<void *> objects;
                for (int k = 0; k < 300; k++)
                    objects.push_back(kmem_cache_alloc_nolock(cache, 0, NUMA_NO_NODE));
                struct Context
                {
                    std::vector<void *> &objects;
                    struct kmem_cache *cache;
                } context = {objects, cache};
                stepper::inject_at(
                    60,
                    [](void *of) // a slow path, in which a handler frees
                    {
                        auto *cache = static_cast<Context *>(of)->cache;
                        kmem_cache_free(cache, kmem_cache_zalloc(cache, GFP_KERNEL));
                    },
                    &context,
                    [](void *of, size_t)
                    {
                        auto *in = static_cast<Context *>(of);
                        for (void *object : in->objects)
                            kmem_cache_free_nolock(in->cache, object);
                    },
                    &context);
                kmem_cache_destroy(cache);
            });
        for (std::thread &thread : threads)
            thread.join();
    }
    EXPECT_EQ(counters().reports, 0u);
    EXPECT_EQ(complaint_after_trim(), "");
}

// B7: what a creation never did must not be undone.
TEST(KmemCacheCreate, B7OneThatFailsLeavesNothing)
{
    ChildResult result = run_in_child([]
    {
        for (int i = 0; i < 300; i++)
            if (create("x", 0) || create("x", 40000) || create("x", 40, SLAB_TYPESAFE_BY_RCU) ||
                kmem_cache_create("x", 40, 24, 0, nullptr) || kmem_cache_create(nullptr, 40, 0, 0, nullptr))
                return 1;
        auto all = create_all();
        if (all.size() != kCaches || create("one more", 40) != nullptr)
            return 2;
        for (struct kmem_cache *cache : all)
            kmem_cache_destroy(cache);
        return create_all().size() == kCaches ? 0 : 3;
    });
    EXPECT_EQ(result.complaint(), "");
    EXPECT_NE(result.error.find("kmem_cache_create(x) failed with error -22"), std::string::npos);
    EXPECT_NE(result.error.find("kmem_cache_create(one more) failed with error -12"), std::string::npos);
}

TEST(KmemCacheCreate, WithPanicAborts)
{
    ChildResult result = run_in_child([] { return create("x", 0, SLAB_PANIC) ? 1 : 2; });
    EXPECT_EQ(result.signal, SIGABRT);
}

TEST(KmemCacheCreate, IsListedBySlabinfoAndCounted)
{
    struct kmem_cache *cache = create("listed", 1000);
    void *objects[10];
    ASSERT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, 10, objects), 10);
    std::string text = slabinfo();
    EXPECT_NE(text.find("\nlisted                10     65   1000   65   16 : tunables"), std::string::npos)
        << text;
    BucketStats stats = stats_of(cache);
    EXPECT_EQ(live_objects(stats), 10);
    EXPECT_EQ(stats.active_slabs, 1u);
    kmem_cache_free_bulk(cache, 10, objects);
    kmem_cache_destroy(cache);
    EXPECT_EQ(slabinfo().find("listed"), std::string::npos);
    EXPECT_NE(nolockalloc_cache_stats(cache, &stats), 0);
}
