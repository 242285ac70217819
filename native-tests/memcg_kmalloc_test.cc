// SPDX-License-Identifier: MIT
//
// Accounting of kmalloc() and its family: every function, large sizes, limits, the life of groups.
#include "child.h"
#include "counters.h"
#include "memcg.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <vector>

namespace
{
constexpr size_t kLargeSizes[] = {8193, 16384, 40000, 65536, 200000, KMALLOC_MAX_SIZE};

class AccountedKmalloc : public testing::Test
{
  protected:
    Group group;
};

void *g_object;

void free_in_handler(int)
{
    kfree(g_object);
}
void refuse_in_handler(int)
{
    g_object = kmalloc(64, GFP_NOWAIT | __GFP_ACCOUNT);
}
} // namespace

TEST_F(AccountedKmalloc, EveryFunctionOfTheFamilyChargesTheSizeOfItsBucket)
{
    Active active(group);
    const char text[36] = "a text of 27 characters and";
    void *objects[] = {
        kmalloc(60, GFP_KERNEL_ACCOUNT),
        kzalloc(60, GFP_KERNEL_ACCOUNT),
        kmalloc_array(3, 20, GFP_KERNEL_ACCOUNT),
        kcalloc(3, 20, GFP_KERNEL_ACCOUNT),
        krealloc(nullptr, 60, GFP_KERNEL_ACCOUNT),
        krealloc_array(nullptr, 3, 20, GFP_KERNEL_ACCOUNT),
        kmemdup(text, sizeof text, GFP_KERNEL_ACCOUNT),
        kmemdup_nul(text, sizeof text, GFP_ATOMIC | __GFP_ACCOUNT),
        kstrndup(text, 27, GFP_NOWAIT | __GFP_ACCOUNT),
        kstrdup(text, GFP_KERNEL_ACCOUNT),
    };
    uint64_t sum = 0;
    for (void *object : objects)
    {
        EXPECT_EQ(nolockalloc_memcg_from_obj(object), group.handle);
        sum += ksize(object);
    }
    EXPECT_EQ(ksize(objects[0]), 64u);
    EXPECT_EQ(group.stats().usage, sum);
    EXPECT_EQ(group.stats().objects, std::size(objects));
    void *plain = kmalloc(60, GFP_KERNEL);
    EXPECT_EQ(nolockalloc_memcg_from_obj(plain), nullptr);
    kfree(plain);
    kfree_sensitive(objects[0]);
    kfree_bulk(std::size(objects) - 1, objects + 1);
    EXPECT_EQ(group.stats().usage, 0u);
    EXPECT_EQ(group.stats().objects, 0u);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_F(AccountedKmalloc, AZeroedObjectIsZeroThoughItWasUsedBefore)
{
    Active active(group);
    for (int i = 0; i < 300; i++)
    {
        auto *bytes = static_cast<unsigned char *>(kzalloc(512, GFP_KERNEL_ACCOUNT));
        for (size_t at = 0; at < 512; at++)
            ASSERT_EQ(bytes[at], 0) << i;
        memset(bytes, 0xee, 512);
        kfree(bytes);
    }
}

TEST_F(AccountedKmalloc, AnObjectThatMovesIsChargedByTheFlagsOfItsMove)
{
    Active active(group);
    void *object = krealloc(kmalloc(8, GFP_KERNEL), 100, GFP_KERNEL_ACCOUNT);
    EXPECT_EQ(group.stats().usage, 128u);
    object = krealloc(object, 128, GFP_KERNEL);
    EXPECT_EQ(group.stats().usage, 128u);
    object = krealloc(object, 20000, GFP_KERNEL_ACCOUNT);
    EXPECT_EQ(group.stats().usage, 32768u);
    nolockalloc_memcg_set_limit(group.handle, 65536);
    EXPECT_EQ(krealloc(object, 40000, GFP_KERNEL_ACCOUNT), nullptr);
    EXPECT_EQ(group.stats().usage, 32768u);
    object = krealloc(object, 40000, GFP_KERNEL);
    EXPECT_EQ(group.stats().usage, 0u);
    EXPECT_EQ(krealloc(object, 0, GFP_KERNEL), ZERO_SIZE_PTR);
    EXPECT_EQ(group.stats().objects, 0u);
}

TEST_F(AccountedKmalloc, LargeObjectsAreChargedWithTheirPagesAndKeepTheGroupAlive)
{
    struct nolockalloc_memcg *inner = nolockalloc_memcg_create(group.handle, NOLOCKALLOC_MEMCG_NO_LIMIT);
    std::vector<void *> objects;
    uint64_t sum = 0;
    {
        nolockalloc_memcg_scope(inner);
        for (size_t size : kLargeSizes)
        {
            objects.push_back(kzalloc(size, GFP_KERNEL_ACCOUNT));
            EXPECT_EQ(nolockalloc_memcg_from_obj(objects.back()), inner);
            sum += ksize(objects.back());
            EXPECT_EQ(group.stats().usage, sum);
        }
    }
    nolockalloc_memcg_put(inner);
    EXPECT_EQ(group.stats().holders, 2u);
    std::thread([&] { kfree_bulk(objects.size(), objects.data()); }).join();
    EXPECT_EQ(group.stats().usage, 0u);
    EXPECT_EQ(group.stats().holders, 1u);
    EXPECT_EQ(nolockalloc_memcg_get(inner), -EINVAL);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_F(AccountedKmalloc, ASecondFreeOfALargeObjectIsReportedAndDischargesNothing)
{
    ChildResult result = run_in_child(
        [&]
        {
            Active active(group);
            void *first = kmalloc(20000, GFP_KERNEL_ACCOUNT);
            void *other = kmalloc(20000, GFP_KERNEL_ACCOUNT);
            kfree(first);
            kfree(first);
            bool is_right = group.stats().usage == 32768 && counters().reports == 1;
            kfree_nolock(other);
            is_right = is_right && group.stats().usage == 32768;
            kfree(other);
            return is_right && group.stats().usage == 0 ? 0 : 1;
        });
    EXPECT_EQ(result.exit_code, 0) << result.error;
}

TEST_F(AccountedKmalloc, ALimitRefusesEverySizeAtOnceAndNothingIsLost)
{
    Group tight(5000, group.handle);
    Active active(tight);
    void *object = kmalloc(4096, GFP_KERNEL_ACCOUNT);
    EXPECT_EQ(kmalloc(1000, GFP_KERNEL_ACCOUNT), nullptr);
    EXPECT_EQ(kmalloc(1000, GFP_NOWAIT | __GFP_ACCOUNT), nullptr);
    for (size_t size : kLargeSizes)
        EXPECT_EQ(kmalloc(size, GFP_KERNEL_ACCOUNT), nullptr);
    EXPECT_EQ(tight.stats().failcnt, 2 + std::size(kLargeSizes));
    EXPECT_EQ(tight.stats().usage, 4096u);
    EXPECT_EQ(tight.stats().objects, 1u);
    kfree(object);
    object = kmalloc(1000, GFP_KERNEL_ACCOUNT);
    EXPECT_NE(object, nullptr);
    kfree(object);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_F(AccountedKmalloc, GfpAtomicGoesOverALimitAsInTheKernelAndKmallocNolockDoesNot)
{
    Group tight(100, group.handle);
    Active active(tight);
    void *small = kmalloc(256, GFP_ATOMIC | __GFP_ACCOUNT);
    void *large = kmalloc(16384, GFP_ATOMIC | __GFP_ACCOUNT);
    EXPECT_EQ(nolockalloc_memcg_from_obj(small), tight.handle);
    EXPECT_EQ(group.stats().usage, 256u + 16384u);
    EXPECT_EQ(tight.stats().max_usage, 256u + 16384u);
    EXPECT_EQ(tight.stats().failcnt, 2u);
    EXPECT_EQ(kmalloc(8, GFP_KERNEL_ACCOUNT), nullptr);
    EXPECT_EQ(kmalloc_nolock(8, GFP_ATOMIC | __GFP_ACCOUNT, NUMA_NO_NODE), nullptr);
    kfree(small);
    kfree(large);
    EXPECT_EQ(group.stats().usage, 0u);
}

TEST_F(AccountedKmalloc, F1TheLastReferenceOfAGroupMayGoInAHandlerWithALargeObjectToo)
{
    for (size_t size : {size_t(64), size_t(20000), size_t(100000)})
    {
        struct nolockalloc_memcg *inner = nolockalloc_memcg_create(group.handle, 1 << 20);
        {
            nolockalloc_memcg_scope(inner);
            g_object = kmalloc(size, GFP_KERNEL_ACCOUNT);
        }
        nolockalloc_memcg_put(inner);
        EXPECT_EQ(group.stats().holders, 2u);
        signal(SIGUSR1, free_in_handler);
        raise(SIGUSR1);
        EXPECT_EQ(group.stats().holders, 1u) << size;
        EXPECT_EQ(nolockalloc_memcg_get(inner), -EINVAL);
    }
}

TEST_F(AccountedKmalloc, F3ALimitRefusesInAHandlerToo)
{
    Group tight(100);
    Active active(tight);
    void *object = kmalloc(64, GFP_KERNEL_ACCOUNT);
    signal(SIGUSR1, refuse_in_handler);
    raise(SIGUSR1);
    EXPECT_EQ(g_object, nullptr);
    EXPECT_EQ(tight.stats().failcnt, 1u);
    kfree(object);
    raise(SIGUSR1);
    EXPECT_NE(g_object, nullptr);
    kfree(g_object);
}

// ---- Memory that cannot be had ------------------------------------------------------------------

static int exhaust()
{
    Group group;
    Active active(group);
    for (size_t size : {size_t(64), size_t(8192), size_t(16384), size_t(70000)})
    {
        std::vector<void *> all;
        while (void *object = kmalloc(size, GFP_KERNEL_ACCOUNT))
            all.push_back(object);
        uint64_t tracked = 0, charged = 0;
        for (void *object : all)
            if (nolockalloc_memcg_from_obj(object) == group.handle)
                tracked++, charged += ksize(object);
        if (all.size() < 4 || tracked == 0 || group.stats().objects != tracked ||
            group.stats().usage != charged || group.stats().failcnt != 0)
            return 1;
        kfree_bulk(all.size(), all.data());
        if (group.stats().usage != 0 || group.stats().objects != 0)
            return 2;
    }
    return exit_code_after_trim(3);
}
static Role g_exhaust("exhaust accounted kmalloc", exhaust);

TEST(AccountedKmallocOfAShortage, WhatIsNotServedIsNotCharged)
{
    EXPECT_EQ(run_role("exhaust accounted kmalloc", "arena=1m").complaint(), "");
}
