// SPDX-License-Identifier: MIT
//
// Accounting of caches: SLAB_ACCOUNT, __GFP_ACCOUNT of single objects.
#include "child.h"
#include "counters.h"
#include "memcg_everywhere.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <vector>

namespace
{
void construct(void *object)
{
    memset(object, 0xc7, 40);
}

struct Kind
{
    const char *name;
    unsigned size;
    slab_flags_t flags;
    kmem_cache_ctor constructor;
    gfp_t gfp; // that makes an allocation an accounted one
};
void PrintTo(const Kind &kind, std::ostream *out)
{
    *out << kind.name;
}

const Kind kKinds[] = {
    {"SlabAccount", 40, SLAB_ACCOUNT, nullptr, 0},
    {"SlabAccountAndConstructor", 40, SLAB_ACCOUNT, construct, 0},
    {"SingleObjects", 40, SLAB_NO_MERGE, nullptr, __GFP_ACCOUNT},
    {"SingleObjectsAndConstructor", 40, 0, construct, __GFP_ACCOUNT},
    {"SingleObjectsOfABucket", 64, 0, nullptr, __GFP_ACCOUNT},
    {"SingleObjectsOfHalfASlab", 32768, SLAB_NO_MERGE, nullptr, __GFP_ACCOUNT},
};

struct kmem_cache *create(const Kind &kind)
{
    return kmem_cache_create(kind.name, kind.size, 0, kind.flags, kind.constructor);
}

class AccountedCache : public testing::TestWithParam<Kind>
{
  protected:
    void *normal(gfp_t flags = 0)
    {
        return kmem_cache_alloc(cache, GFP_KERNEL | flags | kind.gfp);
    }
    void *nolock(gfp_t flags = 0)
    {
        return kmem_cache_alloc_nolock(cache, flags | kind.gfp, NUMA_NO_NODE);
    }
    ~AccountedCache() override
    {
        kmem_cache_destroy(cache);
        EXPECT_EQ(counters().reports, reports);
        EXPECT_EQ(complaint_after_trim(), "");
    }

    const Kind &kind = GetParam();
    Group group;
    uint64_t reports = counters().reports;
    struct kmem_cache *cache = create(kind);
};
INSTANTIATE_TEST_SUITE_P(Kinds, AccountedCache, testing::ValuesIn(kKinds),
                         [](const testing::TestParamInfo<Kind> &info)
                         { return std::string(info.param.name); });

struct kmem_cache *g_cache;
gfp_t g_gfp;
void *g_object;
} // namespace

TEST_P(AccountedCache, AnObjectIsChargedWithItsSizeByEitherFunctionUntilItIsFreedByEither)
{
    Active active(group);
    void *objects[] = {normal(), nolock(), normal(), nolock(), normal()};
    for (void *object : objects)
        EXPECT_EQ(nolockalloc_memcg_from_obj(object), group.handle);
    EXPECT_EQ(group.stats().usage, kind.size * std::size(objects));
    EXPECT_EQ(ksize(objects[0]), kind.size);
    kmem_cache_free(cache, objects[0]);
    kmem_cache_free_nolock(cache, objects[1]);
    kfree(objects[2]);
    kfree_nolock(objects[3]);
    EXPECT_EQ(group.stats().usage, kind.size);
    std::thread([&] { kmem_cache_free(cache, objects[4]); }).join();
    EXPECT_EQ(group.stats().usage, 0u);
    EXPECT_EQ(group.stats().objects, 0u);
}

TEST_P(AccountedCache, ALimitRefusesBothFunctionsAndNothingIsLost)
{
    Group tight(2 * kind.size + 1, group.handle);
    Active active(tight);
    void *objects[] = {normal(), nolock()};
    EXPECT_EQ(normal(), nullptr);
    EXPECT_EQ(nolock(), nullptr);
    EXPECT_EQ(tight.stats().failcnt, 2u);
    EXPECT_EQ(tight.stats().objects, 2u);
    void *some[3];
    EXPECT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL | kind.gfp, 3, some), 0);
    for (void *object : objects)
        kmem_cache_free(cache, object);
    EXPECT_EQ(kmem_cache_alloc_bulk(cache, GFP_KERNEL | kind.gfp, 2, some), 2);
    EXPECT_EQ(group.stats().usage, 2 * kind.size);
    kmem_cache_free_bulk(cache, 2, some);
    EXPECT_EQ(group.stats().usage, 0u);
}

TEST_P(AccountedCache, WithoutAGroupNothingIsCharged)
{
    void *objects[] = {normal(), nolock()};
    for (void *object : objects)
    {
        EXPECT_EQ(nolockalloc_memcg_from_obj(object), nullptr);
        kmem_cache_free(cache, object);
    }
}

TEST_P(AccountedCache, AnObjectIsWhatItsConstructorMadeOrZero)
{
    Active active(group);
    for (int i = 0; i < 200; i++)
    {
        auto *bytes = static_cast<unsigned char *>(normal(kind.constructor ? 0 : __GFP_ZERO));
        for (unsigned at = 0; at < kind.size; at++)
            ASSERT_EQ(bytes[at], kind.constructor ? 0xc7 : 0) << i;
        if (kind.constructor == nullptr)
            memset(bytes, 0xee, kind.size);
        kmem_cache_free(cache, bytes);
    }
}

TEST_P(AccountedCache, F1ObjectsKeepTheGroupAliveAndTheLastMayGoInAHandler)
{
    struct nolockalloc_memcg *inner = nolockalloc_memcg_create(group.handle, 1 << 20);
    {
        nolockalloc_memcg_scope(inner);
        g_object = nolock();
    }
    nolockalloc_memcg_put(inner);
    EXPECT_EQ(group.stats().holders, 2u);
    g_cache = cache;
    signal(SIGUSR1, [](int) { kmem_cache_free_nolock(g_cache, g_object); });
    raise(SIGUSR1);
    EXPECT_EQ(group.stats().holders, 1u);
    EXPECT_EQ(nolockalloc_memcg_get(inner), -EINVAL);
}

static void come_and_go(Interruption &on)
{
    void *object = kmem_cache_alloc_nolock(g_cache, g_gfp, NUMA_NO_NODE);
    if (object == nullptr)
        on.own.complain("no object");
    kmem_cache_free_nolock(g_cache, object);
}

TEST_P(AccountedCache, AtEveryInstructionAHandlerMayUseItTooAndNoByteGoesAstray)
{
    g_cache = cache;
    g_gfp = kind.gfp;
    auto body = [] { return memcg_everywhere::interrupted(come_and_go); };
    EXPECT_EQ(run_in_child(body, 100).complaint(), "");
}

TEST_P(AccountedCache, AbandonedAtAnyInstructionACallLeavesAtMostOneObjectCharged)
{
    g_cache = cache;
    g_gfp = kind.gfp;
    auto body = [&] { return memcg_everywhere::abandoned(come_and_go, kind.size); };
    EXPECT_EQ(run_in_child(body, 100).complaint(), "");
}

// ---- Memory that cannot be had ------------------------------------------------------------------

static int exhaust()
{
    Group group;
    Active active(group);
    for (const Kind &kind : kKinds)
    {
        struct kmem_cache *cache = create(kind);
        std::vector<void *> all;
        while (void *object = kmem_cache_alloc_nolock(cache, kind.gfp, NUMA_NO_NODE))
            all.push_back(object);
        uint64_t tracked = 0;
        for (void *object : all)
            tracked += nolockalloc_memcg_from_obj(object) == group.handle;
        if (all.size() < 4 || tracked == 0 || group.stats().objects != tracked ||
            group.stats().usage != tracked * kind.size)
            return 1;
        kmem_cache_free_bulk(cache, all.size(), all.data());
        kmem_cache_destroy(cache);
        if (group.stats().usage != 0 || group.stats().objects != 0)
            return 2;
    }
    return exit_code_after_trim(3);
}
static Role g_exhaust("exhaust accounted caches", exhaust);

TEST(AccountedCachesOfAShortage, AnObjectWithoutAVectorIsUntrackedAndNotLost)
{
    EXPECT_EQ(run_role("exhaust accounted caches", "arena=2m").complaint(), "");
}
