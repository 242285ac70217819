// SPDX-License-Identifier: MIT
//
// The two sides of a cache some of whose objects are accounted: the others are as fast as ever, and
// both are one cache to slabinfo, to merging and to destruction.
#include "child.h"
#include "counters.h"
#include "memcg.h"
#include "written.h"

#include <sstream>
#include <vector>

namespace
{
constexpr int kCaches = 81;

BucketStats stats_of(struct kmem_cache *cache)
{
    BucketStats stats = {};
    EXPECT_EQ(nolockalloc_cache_stats(cache, &stats), 0);
    return stats;
}

struct kmem_cache *create_for_single_objects()
{
    return kmem_cache_create("SingleObjects", 40, 0, SLAB_NO_MERGE, nullptr);
}
} // namespace

TEST(CachesBesideAccounting, OtherObjectsOfACacheKeepItsFastPath)
{
    Group group;
    Active active(group);
    struct kmem_cache *cache = create_for_single_objects();
    kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
    void *charged = kmem_cache_alloc(cache, GFP_KERNEL_ACCOUNT);
    BucketStats before = stats_of(cache);
    void *object = kmem_cache_alloc(cache, GFP_KERNEL);
    kmem_cache_free(cache, object);
    EXPECT_EQ(stats_of(cache).alloc_fastpath, before.alloc_fastpath + 1);
    EXPECT_EQ(stats_of(cache).free_fastpath, before.free_fastpath + 1);
    EXPECT_EQ(nolockalloc_memcg_from_obj(object), nullptr);
    kmem_cache_free(cache, charged);
    kmem_cache_destroy(cache);
}

TEST(CachesBesideAccounting, SlabinfoAndStatisticsHaveThemAsOne)
{
    Group group;
    Active active(group);
    struct kmem_cache *cache = create_for_single_objects();
    void *objects[] = {kmem_cache_alloc(cache, GFP_KERNEL_ACCOUNT),
                       kmem_cache_alloc(cache, GFP_KERNEL_ACCOUNT),
                       kmem_cache_alloc(cache, GFP_KERNEL)};
    EXPECT_EQ(live_objects(stats_of(cache)), 3);
    std::string text = slabinfo();
    size_t row = text.find("\nSingleObjects ");
    ASSERT_NE(row, std::string::npos) << text;
    EXPECT_EQ(text.find("\nSingleObjects ", row + 1), std::string::npos);
    std::string name;
    int live = 0;
    std::istringstream(text.substr(row)) >> name >> live;
    EXPECT_EQ(live, 3) << text;
    kmem_cache_free_bulk(cache, 3, objects);
    EXPECT_EQ(kmem_cache_shrink(cache), 0);
    kmem_cache_destroy(cache);
}

TEST(CachesBesideAccounting, MergingAsksForSlabAccountAsInTheKernel)
{
    struct kmem_cache *plain = kmem_cache_create("plain", 40, 0, 0, nullptr);
    struct kmem_cache *accounted = kmem_cache_create("accounted", 40, 0, SLAB_ACCOUNT, nullptr);
    struct kmem_cache *other = kmem_cache_create("other", 40, 0, SLAB_ACCOUNT, nullptr);
    struct kmem_cache *bucket = kmem_cache_create("bucket", 64, 0, SLAB_ACCOUNT, nullptr);
    EXPECT_NE(plain, accounted);
    EXPECT_EQ(accounted, other);
    Group group;
    Active active(group);
    void *of_plain = kmem_cache_alloc(plain, GFP_KERNEL);
    void *of_bucket = kmem_cache_alloc(bucket, GFP_KERNEL);
    void *of_kmalloc = kmalloc(64, GFP_KERNEL);
    EXPECT_EQ(nolockalloc_memcg_from_obj(of_plain), nullptr);
    EXPECT_EQ(nolockalloc_memcg_from_obj(of_kmalloc), nullptr);
    EXPECT_EQ(nolockalloc_memcg_from_obj(of_bucket), group.handle);
    for (void *object : {of_plain, of_bucket, of_kmalloc})
        kfree(object);
    for (struct kmem_cache *cache : {plain, accounted, other, bucket})
        kmem_cache_destroy(cache);
}

TEST(CachesBesideAccounting, ALeakedAccountedObjectIsReportedAndStaysChargedUntilItIsFreed)
{
    ChildResult result = run_in_child(
        []
        {
            Group group;
            Active active(group);
            struct kmem_cache *cache = create_for_single_objects();
            void *object = kmem_cache_alloc(cache, GFP_KERNEL_ACCOUNT);
            kmem_cache_destroy(cache);
            if (group.stats().usage != 40)
                return 1;
            kfree(object);
            return group.stats().usage == 0 ? 0 : 2;
        });
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_NE(result.error.find("kmem_cache_destroy SingleObjects: Slab cache still has objects"),
              std::string::npos)
        << result.error;
}

TEST(CachesBesideAccounting, NumbersComeBackThoughAccountedObjectsWereUsed)
{
    Group group;
    Active active(group);
    for (int round = 0; round < 3; round++)
    {
        std::vector<struct kmem_cache *> all;
        while (struct kmem_cache *cache = create_for_single_objects())
            all.push_back(cache);
        EXPECT_EQ(all.size(), size_t(kCaches)) << round;
        for (struct kmem_cache *cache : all)
        {
            void *objects[] = {kmem_cache_alloc(cache, GFP_KERNEL_ACCOUNT),
                               kmem_cache_alloc(cache, GFP_KERNEL)};
            kmem_cache_free_bulk(cache, 2, objects);
            kmem_cache_destroy(cache);
        }
    }
    EXPECT_EQ(group.stats().usage, 0u);
}
