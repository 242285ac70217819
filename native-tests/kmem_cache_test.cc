// SPDX-License-Identifier: MIT
//
// Caches: what they give, which of them are one, and what constructors make.
#include "child.h"
#include "counters.h"
#include "written.h"

#include <cstring>
#include <gtest/gtest.h>
#include <set>
#include <vector>

namespace
{
struct kmem_cache *create(const char *name, unsigned size, slab_flags_t flags = SLAB_NO_MERGE)
{
    return kmem_cache_create(name, size, 0, flags, nullptr);
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
    ChildResult result = run_in_child_with("arena=1m", []
    {
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
