// SPDX-License-Identifier: MIT
//
// Which callbacks may be registered where, and when they are called.
#include "counters.h"
#include "hooks.h"

#include <algorithm>
#include <cerrno>

static void count_call(int, void *data)
{
    ++*static_cast<long *>(data);
}

TEST(Hook, FastPathsAreDenied)
{
    long calls = 0;
    for (int point : {NOLOCKALLOC_HOOK_FAST_ALLOC, NOLOCKALLOC_HOOK_FAST_FREE})
    {
        EXPECT_EQ(nolockalloc_hook_register(point, count_call, &calls), -EPERM);
        EXPECT_EQ(nolockalloc_hook_unregister(point, count_call, &calls), -ENOENT);
    }
    for (int i = 0; i < 100; i++)
        kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
    EXPECT_EQ(calls, 0);
}

TEST(Hook, EveryOtherPointOfTheHeaderIsOneThatTheTestsPass)
{
    EXPECT_EQ(hookable_points().size(), size_t(NOLOCKALLOC_HOOK_POINTS - 2));
}

TEST(Hook, RefusesWhatItCannotRegister)
{
    long calls = 0;
    EXPECT_EQ(nolockalloc_hook_register(-1, count_call, &calls), -EINVAL);
    EXPECT_EQ(nolockalloc_hook_register(NOLOCKALLOC_HOOK_POINTS, count_call, &calls), -EINVAL);
    EXPECT_EQ(nolockalloc_hook_register(NOLOCKALLOC_HOOK_REFILL, nullptr, &calls), -EINVAL);
    EXPECT_EQ(nolockalloc_hook_unregister(NOLOCKALLOC_HOOK_POINTS, count_call, &calls), -EINVAL);
    EXPECT_EQ(nolockalloc_hook_unregister(NOLOCKALLOC_HOOK_REFILL, count_call, &calls), -ENOENT);
    for (int round = 0; round < 3; round++)
    {
        for (int i = 0; i < 16; i++)
            EXPECT_EQ(nolockalloc_hook_register(NOLOCKALLOC_HOOK_REFILL, count_call, &calls), 0);
        EXPECT_EQ(nolockalloc_hook_register(NOLOCKALLOC_HOOK_CLAIM, count_call, &calls), -ENOSPC);
        for (int i = 0; i < 16; i++)
            EXPECT_EQ(nolockalloc_hook_unregister(NOLOCKALLOC_HOOK_REFILL, count_call, &calls), 0);
    }
}

TEST(Hook, CallsEachOfAPointsCallbacksUntilItIsUnregistered)
{
    long first = 0, second = 0, other = 0;
    auto pass = [] { kfree_nolock(kmalloc_nolock(64, __GFP_ZERO, NUMA_NO_NODE)); };
    Hooked other_point(NOLOCKALLOC_HOOK_PURGE, count_call, &other);
    {
        Hooked one(NOLOCKALLOC_HOOK_SLOW_ALLOC, count_call, &first);
        {
            Hooked two(NOLOCKALLOC_HOOK_SLOW_ALLOC, count_call, &second);
            pass();
        }
        pass();
    }
    pass();
    EXPECT_EQ(first, 2);
    EXPECT_EQ(second, 1);
    EXPECT_EQ(other, 0);
}

TEST(Hook, IsNotCalledInsideACallbackOfTheSameThread)
{
    struct Nested
    {
        long calls, depth, deepest;
    } nested = {};
    auto call_again = [](int, void *data)
    {
        auto *nested = static_cast<Nested *>(data);
        nested->calls++;
        nested->deepest = std::max(nested->deepest, ++nested->depth);
        kfree_nolock(kmalloc_nolock(64, __GFP_ZERO, NUMA_NO_NODE));
        nested->depth--;
    };
    Hooked hooked(NOLOCKALLOC_HOOK_ALLOC_LOCKED, call_again, &nested);
    for (int i = 0; i < 3; i++)
        kfree_nolock(kmalloc_nolock(64, __GFP_ZERO, NUMA_NO_NODE));
    EXPECT_EQ(nested.calls, 3);
    EXPECT_EQ(nested.deepest, 1);
}

// "Locks belong to the task; re-entry by callback takes another bucket."
TEST(Hook, ACallbackUnderTheLockIsServedByTheNextBucket)
{
    auto ask = [](int, void *data)
    {
        void *object = kmalloc_nolock(64, 0, NUMA_NO_NODE);
        *static_cast<size_t *>(data) = ksize(object);
        kfree_nolock(object);
    };
    size_t size = 0;
    kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
    for (int point : {NOLOCKALLOC_HOOK_ALLOC_LOCKED, NOLOCKALLOC_HOOK_SLOW_ALLOC})
    {
        Hooked hooked(point, ask, &size);
        kfree_nolock(kmalloc_nolock(64, __GFP_ZERO, NUMA_NO_NODE));
        EXPECT_EQ(size, is_lock_held_at(point) ? 96u : 64u) << name_of(point);
    }
}
