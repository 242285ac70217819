// SPDX-License-Identifier: MIT
//
// Accounting where the kernel's had bugs, by their tags in docs/KERNEL.md, and where there is no memory for a vector.
#include "memcg.h"

#include "child.h"
#include "counters.h"
#include "signals.h"

#include <atomic>
#include <cerrno>
#include <thread>
#include <vector>

THROUGH_BOTH_DOORS(Accounting);

TEST_P(Accounting, A1TheFirstObjectOfAFreshSlabMakesOneVectorInEveryBucket)
{
    Active active(group);
    for (size_t bucket : kBuckets)
    {
        nolockalloc_trim();
        int64_t before = live_objects(of_size(counters(), 512));
        void *object = accounted(bucket);
        EXPECT_EQ(live_objects(of_size(counters(), 512)), before + 1) << bucket;
        EXPECT_EQ(nolockalloc_memcg_from_obj(object), group.handle);
        door.free(object);
        nolockalloc_trim();
        EXPECT_EQ(live_objects(of_size(counters(), 512)), before) << bucket;
    }
}

TEST_P(Accounting, B5ThreadsThatAllocateFromOneSlabLoseNoCharge)
{
    constexpr int kThreads = 4;
    std::atomic<int> wrong{0}, ready{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; t++)
        threads.emplace_back(
            [&, t]
            {
                Active active(group);
                ready++;
                while (ready < kThreads)
                    std::this_thread::yield();
                for (int round = 0; round < 200; round++)
                {
                    void *some[40];
                    for (void *&object : some)
                        object = accounted(8);
                    for (void *object : some)
                        wrong += nolockalloc_memcg_from_obj(object) != group.handle;
                    for (void *object : some)
                        door.free(object);
                    if (round % 20 == t)
                        nolockalloc_trim();
                }
            });
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(group.stats().usage, 0u);
    EXPECT_EQ(group.stats().objects, 0u);
    EXPECT_EQ(complaint_after_trim(), "");
}

namespace
{
const Door *g_door;
void *g_object;
void *g_result;

void free_in_handler(int)
{
    g_door->free(g_object);
}
void allocate_in_handler(int)
{
    g_result = g_door->allocate(64, __GFP_ACCOUNT, NUMA_NO_NODE);
}
} // namespace

TEST_P(Accounting, F1TheLastReferenceOfAGroupMayGoInAHandler)
{
    g_door = &door;
    expect_the_last_reference_may_go_in_a_handler(
        group, [this] { g_object = accounted(64); }, free_in_handler);
}

TEST_P(Accounting, F3ALimitRefusesInAHandlerToo)
{
    Group tight(100);
    Active active(tight);
    void *object = accounted(64);
    g_door = &door;
    g_result = object;
    signal(SIGUSR1, allocate_in_handler);
    raise(SIGUSR1);
    EXPECT_EQ(g_result, nullptr);
    EXPECT_EQ(tight.stats().failcnt, 1u);
    door.free(object);
    raise(SIGUSR1);
    EXPECT_NE(g_result, nullptr);
    door.free(g_result);
}

// ---- Vectors that cannot be had -----------------------------------------------------------------

static int exhaust_vectors()
{
    const Door &door = direct_door();
    Group group;
    Active active(group);
    std::vector<void *> all, untracked, tracked;
    void *first = door.allocate(8, __GFP_ACCOUNT, NUMA_NO_NODE);
    while (void *object = door.allocate(512, 0, NUMA_NO_NODE))
        all.push_back(object);
    for (int i = 0; i < 500; i++)
    {
        void *object = door.allocate(8, __GFP_ACCOUNT, NUMA_NO_NODE);
        if (object == nullptr)
            return 1;
        bool is_tracked = nolockalloc_memcg_from_obj(object) == group.handle;
        (is_tracked ? tracked : untracked).push_back(object);
    }
    if (untracked.empty() || group.stats().objects != tracked.size() + 1)
        return 2;
    for (void *object : all)
        door.free(object);
    void *next = door.allocate(8, __GFP_ACCOUNT, NUMA_NO_NODE);
    if (nolockalloc_memcg_from_obj(next) != group.handle)
        return 3;
    for (void *object : untracked)
        door.free(object);
    if (group.stats().usage != 8 * (tracked.size() + 2))
        return 4;
    for (void *object : tracked)
        door.free(object);
    door.free(first);
    door.free(next);
    if (group.stats().usage != 0)
        return 5;
    return exit_code_after_trim(6);
}
static Role g_exhaust_vectors("exhaust vectors", exhaust_vectors);

TEST(AccountingOfAShortage, AnObjectWithoutAVectorIsUntrackedAndNotLost)
{
    EXPECT_EQ(run_role("exhaust vectors", "arena=1m").complaint(), "");
}
