// SPDX-License-Identifier: MIT
//
// Accounting (nolockalloc/memcg.h): charges, limits, the life of groups.
#include "memcg.h"

#include "child.h"
#include "counters.h"
#include "signals.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

THROUGH_BOTH_DOORS(Accounting);

TEST_P(Accounting, AnObjectIsChargedWithTheSizeOfItsBucketUntilItIsFreed)
{
    Active active(group);
    uint64_t sum = 0;
    std::vector<void *> objects;
    for (size_t bucket : kBuckets)
    {
        void *object = accounted(bucket - 1);
        objects.push_back(object);
        EXPECT_EQ(ksize(object), bucket);
        EXPECT_EQ(nolockalloc_memcg_from_obj(object), group.handle);
        sum += bucket;
        EXPECT_EQ(group.stats().usage, sum);
    }
    EXPECT_EQ(group.stats().objects, objects.size());
    for (void *object : objects)
        door.free(object);
    EXPECT_EQ(group.stats().usage, 0u);
    EXPECT_EQ(group.stats().max_usage, sum);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Accounting, WithoutTheFlagOrWithoutAGroupNothingIsCharged)
{
    void *without_group = accounted(64);
    Active active(group);
    void *without_flag = allocate(64);
    EXPECT_EQ(nolockalloc_memcg_from_obj(without_group), nullptr);
    EXPECT_EQ(nolockalloc_memcg_from_obj(without_flag), nullptr);
    EXPECT_EQ(nolockalloc_memcg_from_obj(&active), nullptr);
    EXPECT_EQ(group.stats().usage, 0u);
    EXPECT_EQ(accounted(0), ZERO_SIZE_PTR);
    EXPECT_EQ(accounted(8193), nullptr);
    door.free(without_group);
    door.free(without_flag);
}

TEST_P(Accounting, AZeroedObjectIsZeroThoughItWasUsedBefore)
{
    Active active(group);
    for (int i = 0; i < 300; i++)
    {
        auto *bytes = static_cast<unsigned char *>(allocate(512, __GFP_ACCOUNT | __GFP_ZERO));
        for (size_t at = 0; at < 512; at++)
            ASSERT_EQ(bytes[at], 0) << i;
        memset(bytes, 0xee, 512);
        door.free(bytes);
    }
}

TEST_P(Accounting, AThreadHasAGroupOfItsOwnAndAScopePutsBackWhatWasBefore)
{
    Group inner(NOLOCKALLOC_MEMCG_NO_LIMIT, group.handle);
    Active active(group);
    {
        nolockalloc_memcg_scope(inner.handle);
        EXPECT_EQ(nolockalloc_memcg_active(), inner.handle);
        std::thread([] { EXPECT_EQ(nolockalloc_memcg_active(), nullptr); }).join();
        nolockalloc_memcg_scope(nullptr);
        EXPECT_EQ(nolockalloc_memcg_active(), nullptr);
    }
    EXPECT_EQ(nolockalloc_memcg_active(), group.handle);
    pid_t child = fork();
    if (child == 0)
        _exit(nolockalloc_memcg_active() == group.handle && accounted(8) != nullptr ? 0 : 1);
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(group.stats().usage, 0u);
}

TEST_P(Accounting, ALimitGivesNullAndCountsAtTheGroupThatRefused)
{
    Group outer(1000);
    Group inner(500, outer.handle);
    Group sibling(NOLOCKALLOC_MEMCG_NO_LIMIT, outer.handle);
    Active active(inner);
    void *first = accounted(256), *second = accounted(128);
    EXPECT_EQ(accounted(256), nullptr);
    EXPECT_EQ(inner.stats().failcnt, 1u);
    nolockalloc_memcg_set_active(sibling.handle);
    void *third = accounted(512);
    EXPECT_NE(third, nullptr);
    EXPECT_EQ(accounted(256), nullptr);
    EXPECT_EQ(outer.stats().failcnt, 1u);
    EXPECT_EQ(sibling.stats().failcnt, 0u);
    EXPECT_EQ(sibling.stats().usage, 512u);
    EXPECT_EQ(outer.stats().usage, 896u);
    door.free(first);
    void *fourth = accounted(256);
    EXPECT_NE(fourth, nullptr);
    for (void *object : {second, third, fourth})
        door.free(object);
    EXPECT_EQ(outer.stats().usage, 0u);
    EXPECT_EQ(nolockalloc_memcg_set_limit(outer.handle, 0), 0);
    EXPECT_EQ(accounted(8), nullptr);
    nolockalloc_memcg_set_active(nullptr);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Accounting, ObjectsAndInnerGroupsKeepAGroupAliveAndNothingElseDoes)
{
    struct nolockalloc_memcg *outer = nolockalloc_memcg_create(nullptr, 1 << 20);
    struct nolockalloc_memcg *inner = nolockalloc_memcg_create(outer, 1 << 20);
    nolockalloc_memcg_put(outer);
    void *object;
    {
        nolockalloc_memcg_scope(inner);
        object = accounted(64);
    }
    nolockalloc_memcg_put(inner);
    EXPECT_EQ(stats_of(inner).usage, 64u);
    EXPECT_EQ(stats_of(outer).holders, 1u);
    door.free(object);
    nolockalloc_memcg_stats_t gone = {};
    gone.version = NOLOCKALLOC_MEMCG_STATS_VERSION;
    EXPECT_EQ(nolockalloc_memcg_stats(inner, &gone), -EINVAL);
    EXPECT_EQ(nolockalloc_memcg_get(inner), -EINVAL);
    EXPECT_EQ(nolockalloc_memcg_get(outer), -EINVAL);
    EXPECT_EQ(nolockalloc_memcg_set_limit(outer, 1), -EINVAL);
    nolockalloc_memcg_scope(inner);
    void *not_accounted = accounted(64);
    EXPECT_EQ(nolockalloc_memcg_from_obj(not_accounted), nullptr);
    door.free(not_accounted);
}

TEST_P(Accounting, APutTooManyIsReportedAndHarmless)
{
    ChildResult result = run_in_child(
        [&]
        {
            nolockalloc_memcg_set_active(group.handle);
            void *object = accounted(64);
            nolockalloc_memcg_put(nullptr);
            nolockalloc_memcg_put(group.handle);
            uint64_t before = counters().reports;
            nolockalloc_memcg_put(group.handle);
            bool is_reported = counters().reports == before + 1;
            bool is_alive = nolockalloc_memcg_from_obj(object) == group.handle;
            door.free(object);
            return is_reported && is_alive ? 0 : 1;
        });
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_NE(result.error.find("put too often, called from 0x"), std::string::npos);
}

TEST_P(Accounting, ASecondFreeIsReportedAndDischargesNothing)
{
    ChildResult result = run_in_child(
        [&]
        {
            Active active(group);
            void *object = accounted(64);
            void *other = accounted(64);
            door.free(object);
            door.free(object);
            bool is_right = group.stats().usage == 64 && counters().reports == 1;
            door.free(other);
            return is_right && group.stats().usage == 0 ? 0 : 1;
        });
    EXPECT_EQ(result.exit_code, 0) << result.error;
}

TEST_P(Accounting, SlabinfoListsTheCachesByTheirKernelNames)
{
    Active active(group);
    void *small = accounted(96), *large = accounted(2048);
    std::string text = slabinfo();
    EXPECT_NE(text.find("\nkmalloc-cg-96      "), std::string::npos) << text;
    EXPECT_NE(text.find("\nkmalloc-cg-2k          1     32   2048   32   16 : "), std::string::npos)
        << text;
    EXPECT_LT(text.find("\nkmalloc-cg-96"), text.find("\nkmalloc-8k"));
    door.free(small);
    door.free(large);
}

TEST_P(Accounting, GroupsCanBeMadeUntilTheTableIsFullAndAgainAfterwards)
{
    std::vector<struct nolockalloc_memcg *> groups;
    for (int round = 0; round < 2; round++)
    {
        while (struct nolockalloc_memcg *one = nolockalloc_memcg_create(group.handle, 1))
            groups.push_back(one);
        EXPECT_EQ(groups.size(), 4096u - 1);
        EXPECT_EQ(group.stats().holders, groups.size() + 1);
        for (struct nolockalloc_memcg *one : groups)
            nolockalloc_memcg_put(one);
        groups.clear();
    }
    EXPECT_EQ(group.stats().holders, 1u);
}
