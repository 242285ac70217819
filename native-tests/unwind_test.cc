// SPDX-License-Identifier: MIT
//
// A sampling profiler's handler unwinds from wherever it interrupts. From every instruction of a fast call it
// comes to the caller.
#include "doors.h"
#include "stepper/stepper.h"

#include <unwind.h>

namespace
{
stepper::Trace g_trace;
struct kmem_cache *g_cache;

struct Walk
{
    void *looked_for;
    bool is_found;
};

_Unwind_Reason_Code look_at(struct _Unwind_Context *frame, void *walk_)
{
    Walk &walk = *static_cast<Walk *>(walk_);
    void *function = _Unwind_FindEnclosingFunction(reinterpret_cast<void *>(_Unwind_GetIP(frame)));
    walk.is_found = walk.is_found || function == walk.looked_for;
    return _URC_NO_REASON;
}

void unwind(void *walk, size_t)
{
    _Unwind_Backtrace(look_at, walk);
}

// Behind a call, so that the call is not the last thing and becomes a jump.
inline void stays_here()
{
    asm volatile("" ::: "memory");
}

// How many instructions of the call there are from which unwinding does not lead to the caller.
size_t lost_from(void (*call)(void *))
{
    for (int i = 0; i < 3; i++)
        call(nullptr); // the next one is as the one before
    stepper::trace(call, nullptr, g_trace);
    EXPECT_GT(g_trace.count, 5u);
    size_t lost = 0;
    for (size_t i = 0; i < g_trace.count; i++)
    {
        Walk walk = {reinterpret_cast<void *>(call), false};
        EXPECT_EQ(stepper::inject_at(g_trace, i, call, nullptr, unwind, &walk).injections, 1u);
        lost += !walk.is_found;
    }
    return lost;
}
} // namespace

TEST(Unwind, FromEachInstructionOfAFastCallLeadsToTheCaller)
{
    auto kmalloc_and_kfree_nolock = [](void *) {
        kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
        stays_here();
    };
    auto kmalloc_and_kfree = [](void *) {
        kfree(kmalloc(64, GFP_KERNEL));
        stays_here();
    };
    EXPECT_EQ(lost_from(kmalloc_and_kfree_nolock), 0u);
    EXPECT_EQ(lost_from(kmalloc_and_kfree), 0u);
}

TEST(Unwind, FromEachInstructionOfAFastCallOfACacheLeadsToTheCaller)
{
    g_cache = kmem_cache_create("unwind", 48, 0, SLAB_NO_MERGE, nullptr);
    auto normal = [](void *) {
        kmem_cache_free(g_cache, kmem_cache_alloc(g_cache, GFP_KERNEL));
        stays_here();
    };
    auto nolock = [](void *) {
        kmem_cache_free_nolock(g_cache, kmem_cache_alloc_nolock(g_cache, 0, NUMA_NO_NODE));
        stays_here();
    };
    EXPECT_EQ(lost_from(normal), 0u);
    EXPECT_EQ(lost_from(nolock), 0u);
    kmem_cache_destroy(g_cache);
}

// The walk is shown code without a table: that of a slow path.
TEST(Unwind, StopsInASlowPath)
{
    auto slow = [](void *) {
        kfree_nolock(kmalloc_nolock(64, __GFP_ZERO, NUMA_NO_NODE));
        stays_here();
    };
    EXPECT_GT(lost_from(slow), 0u);
}
