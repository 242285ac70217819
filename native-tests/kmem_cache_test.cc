// SPDX-License-Identifier: MIT
//
// Caches: what they give, what becomes of them, and what is said when something is wrong.
#include "child.h"
#include "counters.h"
#include "stepper.h"

#include <cstring>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <set>
#include <thread>
#include <unistd.h>
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

std::string slabinfo()
{
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    nolockalloc_slabinfo(ends[1]);
    close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;)
        text.append(buffer, size_t(got));
    close(ends[0]);
    return text;
}

std::vector<struct kmem_cache *> create_all()
{
    std::vector<struct kmem_cache *> all;
    while (struct kmem_cache *cache = create("many", 40))
        all.push_back(cache);
    return all;
}

int g_constructed;
void construct(void *object)
{
    g_constructed++;
    memset(object, 0xc7, 40);
}
} // namespace

TEST(KmemCache, GivesObjectsOfItsSizeAndAlignment)
{
    for (unsigned size : {1u, 8u, 24u, 40u, 100u, 1000u, 5000u, 32768u})
        for (unsigned align : {0u, 16u, 64u, 512u})
        {
            struct kmem_cache *cache = kmem_cache_create("sized", size, align, SLAB_NO_MERGE, nullptr);
            ASSERT_NE(cache, nullptr);
            EXPECT_EQ(kmem_cache_size(cache), size);
            std::set<uintptr_t> objects;
            for (int i = 0; i < 300; i++)
                objects.insert(uintptr_t(kmem_cache_alloc(cache, GFP_KERNEL)));
            EXPECT_EQ(objects.size(), 300u);
            uintptr_t before = 0;
            for (uintptr_t object : objects)
            {
                EXPECT_GE(object - before, size);
                EXPECT_EQ(object % (align < 8 ? 8 : align), 0u);
                memset(reinterpret_cast<void *>(object), 0x11, size);
                before = object;
            }
            for (uintptr_t object : objects)
                kmem_cache_free(cache, reinterpret_cast<void *>(object));
            EXPECT_EQ(kmem_cache_shrink(cache), 0);
            kmem_cache_destroy(cache);
        }
    EXPECT_EQ(counters().reports, 0u);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST(KmemCache, WithHwcacheAlignNoObjectLiesInTwoLines)
{
    for (unsigned size : {8u, 12u, 20u, 33u, 60u, 100u})
    {
        struct kmem_cache *cache = create("lines", size, SLAB_HWCACHE_ALIGN | SLAB_NO_MERGE);
        for (int i = 0; i < 50; i++)
        {
            auto object = uintptr_t(kmem_cache_alloc(cache, GFP_KERNEL));
            EXPECT_TRUE(object % 64 == 0 || (object + size - 1) / 64 == object / 64) << size;
            kmem_cache_free(cache, reinterpret_cast<void *>(object));
        }
        kmem_cache_destroy(cache);
    }
}

TEST(KmemCache, ZallocAndBulkDoWhatTheySay)
{
    struct kmem_cache *cache = create("bulk", 40);
    void *objects[200];
    ASSERT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL, 200, objects), 200);
    EXPECT_EQ(std::set<void *>(objects, objects + 200).size(), 200u);
    for (void *object : objects)
        memset(object, 0xff, 40);
    kmem_cache_free_bulk(cache, 200, objects);
    auto *zero = static_cast<uint8_t *>(kmem_cache_zalloc(cache, GFP_KERNEL));
    for (int i = 0; i < 40; i++)
        EXPECT_EQ(zero[i], 0);
    kmem_cache_free_bulk(nullptr, 1, reinterpret_cast<void **>(&zero));
    kmem_cache_destroy(cache);
    EXPECT_EQ(counters().reports, 0u);
}

TEST(KmemCache, ABulkThatCannotBeServedLeavesNothing)
{
    ChildResult result = run_in_child([]
    {
        setenv("NOLOCKALLOC_OPTIONS", "arena=1m", 1);
        struct kmem_cache *cache = create("bulk", 4096);
        std::vector<void *> objects(1000);
        int got = kmem_cache_alloc_bulk(cache, GFP_KERNEL, objects.size(), objects.data());
        kmem_cache_destroy(cache);
        return got == 0 && counters().reports == 0 && complaint_after_trim().empty() ? 0 : 1;
    });
    EXPECT_EQ(result.complaint(), "");
}

TEST(KmemCache, AnObjectOfAnotherCacheIsReportedOnceAndGoesHome)
{
    ChildResult result = run_in_child([]
    {
        struct kmem_cache *one = create("one", 40), *other = create("other", 48);
        kmem_cache_free(one, kmem_cache_alloc(other, GFP_KERNEL));
        kmem_cache_free(one, kmem_cache_alloc(other, GFP_KERNEL));
        kmem_cache_destroy(one);
        kmem_cache_destroy(other);
        return counters().reports == 1 && complaint_after_trim().empty() ? 0 : 1;
    });
    EXPECT_EQ(result.complaint(), "");
    EXPECT_NE(result.error.find("Wrong slab cache"), std::string::npos);
}

// ---- Merging -------------------------------------------------------------------------------------

TEST(Merging, FollowsTheKernelsRules)
{
    struct kmem_cache *first = create("first", 40, 0);
    EXPECT_EQ(create("same", 40, 0), first);
    EXPECT_EQ(create("word", 36, 0), first);
    EXPECT_NE(create("larger", 48, 0), first);
    EXPECT_NE(create("alone", 40, SLAB_NO_MERGE), first);
    EXPECT_NE(create("accounted", 40, SLAB_ACCOUNT), first);
    EXPECT_NE(create("poisoned", 40, SLAB_POISON), first);
    EXPECT_NE(kmem_cache_create("made", 40, 0, 0, construct), first);
    EXPECT_NE(kmem_cache_create("aligned", 40, 16, 0, nullptr), first);
    struct kmem_cache *bucket = kmem_cache_create("like kmalloc-64", 60, 32, 0, nullptr);
    void *object = kmem_cache_alloc(bucket, GFP_KERNEL);
    kfree(object);
    EXPECT_EQ(kmalloc(64, GFP_KERNEL), object);
    kmem_cache_free(bucket, object);
    EXPECT_EQ(slabinfo().find("like"), std::string::npos);
}

TEST(Merging, AnAliasGoesAndTheOthersStay)
{
    struct kmem_cache *cache = create("a", 40, 0);
    ASSERT_EQ(create("b", 40, 0), cache);
    void *object = kmem_cache_alloc(cache, GFP_KERNEL);
    kmem_cache_destroy(cache);
    EXPECT_EQ(counters().reports, 0u);
    kmem_cache_free(cache, object);
    kmem_cache_destroy(cache);
    EXPECT_EQ(counters().reports, 0u);
}

// ---- Constructors --------------------------------------------------------------------------------

TEST(KmemCacheConstructor, MakesEachObjectOnce)
{
    struct kmem_cache *cache = kmem_cache_create("made", 40, 0, 0, construct);
    std::vector<void *> objects(3000);
    for (int round = 0; round < 3; round++)
    {
        for (void *&object : objects)
        {
            object = round == 1 ? kmem_cache_alloc_nolock(cache, 0, NUMA_NO_NODE)
                                : kmem_cache_alloc(cache, GFP_KERNEL);
            ASSERT_EQ(*static_cast<uint8_t *>(object), 0xc7);
            *static_cast<uint8_t *>(object) = 0xc7; // given back as it was made
        }
        for (void *object : objects)
            kmem_cache_free(cache, object);
    }
    EXPECT_GE(g_constructed, 3000);
    EXPECT_LE(g_constructed, 2 * 1638);
    int before = g_constructed;
    EXPECT_EQ(kmem_cache_shrink(cache), 0);
    kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
    EXPECT_GT(g_constructed, before);
    kmem_cache_destroy(cache);
}

// ---- Ends ----------------------------------------------------------------------------------------

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
