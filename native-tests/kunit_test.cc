// SPDX-License-Identifier: MIT
//
// A port of the kernel's kunit test test_kmalloc_nolock_and_friends_perf (lib/tests/slub_kunit.c): while a task
// allocates and frees, an interrupt that comes at any instruction allocates and frees too. The kernel's comes
// from a perf event that counts cycles; here a timer of the task's CPU time is as fast as signals are
// delivered, and wound up again by its handler. Passed if nothing is reported and no byte is wrong. The other
// one, ..._kprobe, is hook_test.cc.
#include "counters.h"
#include "ledger.h"
#include "signals.h"

#include <cstdio>

namespace
{
constexpr int kIterations = 1000, kObjects = 1000;
constexpr size_t kTaskSizes[] = {16, 64, 192, 1024};

struct Callback
{
    ThreadTimer *timer;
    long callback_count, alloc_ok, alloc_fail;
    Random random{1};
} g_callback;

void on_timer(int, siginfo_t *, void *)
{
    Callback &callback = g_callback;
    nolockalloc_nmi_enter();
    gfp_t gfp_flags = callback.callback_count++ % 2 ? __GFP_ACCOUNT : 0;
    auto *object = static_cast<long *>(kmalloc_nolock(2 * sizeof(long), gfp_flags, NUMA_NO_NODE));
    if (object != nullptr)
    {
        callback.alloc_ok++;
        object[0] = object[1] = callback.callback_count;
        kfree_nolock(object);
    }
    else
        callback.alloc_fail++;
    nolockalloc_nmi_exit();
    callback.timer->wind(1000 + long(callback.random.below(40000)));
}
} // namespace

TEST(Kunit, KmallocNolockAndFriendsPerf)
{
    static long *objects[kObjects];
    Handling handling(SIGPROF, on_timer);
    ThreadTimer timer(SIGPROF, CLOCK_MONOTONIC);
    g_callback.timer = &timer;
    timer.wind(1000);
    long wrong = 0;
    for (int iteration = 0; iteration < kIterations; iteration++)
    {
        gfp_t gfp_flags = iteration % 2 ? __GFP_ACCOUNT : 0;
        size_t size = kTaskSizes[iteration % 4];
        for (long i = 0; i < kObjects; i++)
        {
            objects[i] = static_cast<long *>(kmalloc_nolock(size, gfp_flags, NUMA_NO_NODE));
            if (objects[i] != nullptr)
                objects[i][0] = objects[i][1] = iteration * kObjects + i;
            else
                wrong++;
        }
        for (long i = 0; i < kObjects; i++)
        {
            long expected = iteration * kObjects + i;
            wrong += objects[i] == nullptr || objects[i][0] != expected || objects[i][1] != expected;
            kfree_nolock(objects[i]);
        }
    }
    timer.wind(0);
    printf("callback_count: %ld, alloc_ok: %ld, alloc_fail: %ld\n", g_callback.callback_count,
           g_callback.alloc_ok, g_callback.alloc_fail);
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(counters().reports, 0u);
    EXPECT_GT(g_callback.callback_count, 0);
    EXPECT_EQ(g_callback.alloc_fail, 0) << "NULL is out of memory, and there is enough";
    EXPECT_EQ(complaint_after_trim(), "");
}
