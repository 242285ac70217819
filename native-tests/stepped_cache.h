// SPDX-License-Identifier: MIT
//
// A cache whose calls are stepped: what the tests of its objects and those of its life have in
// common.
#ifndef NOLOCKALLOC_TESTS_STEPPED_CACHE_H
#define NOLOCKALLOC_TESTS_STEPPED_CACHE_H

#include "abandoned_call.h"
#include "child.h"
#include "counters.h"
#include "short_form.h"
#include "stepper/stepper.h"

#include <csetjmp>
#include <cstring>
#include <gtest/gtest.h>
#include <ostream>
#include <sys/mman.h>

constexpr size_t kCaches = 81;
constexpr unsigned kSize = 40;
// A debug cache without tracks: how far the stack is walked differs from run to run
// (debug_interrupted_test.cc).
constexpr slab_flags_t kDebug = SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON;

// Also what a child traced.
inline stepper::Trace &g_trace = *static_cast<stepper::Trace *>(mmap(
    nullptr, sizeof(stepper::Trace), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
inline struct kmem_cache *g_cache;

struct Case
{
    const char *name;
    kmem_cache_ctor constructor;
    void (*prepare)();
    void (*call)(void *);
    slab_flags_t flags = SLAB_NO_MERGE;
};

inline std::ostream &operator<<(std::ostream &out, const Case &of)
{
    return out << of.name;
}

inline std::string name_of(const testing::TestParamInfo<Case> &info)
{
    return info.param.name;
}

inline sigjmp_buf g_before;

// Leaves the call for good at that boundary.
[[gnu::noinline]] inline void abandon_deep(size_t index, stepper::Call call)
{
    [[maybe_unused]] volatile char deep[16384];
    deep[0] = 0;
    if (sigsetjmp(g_before, 1) == 0)
        stepper::inject_at(
            g_trace, index, call, nullptr, [](void *, size_t) { siglongjmp(g_before, 1); },
            nullptr);
    stepper::forget();
}

// How many caches can still be created; creates them.
inline size_t numbers_left()
{
    size_t count = 0;
    while (kmem_cache_create("many", kSize, 0, SLAB_NO_MERGE, nullptr) != nullptr)
        count++;
    return count;
}

#endif
