// SPDX-License-Identifier: MIT
//
// The life of caches, interrupted at every machine instruction by a handler that creates, uses and
// destroys others, and abandoned at every one: no number of a cache is lost.
#include "stepped_cache.h"

#include <functional>

namespace
{
void call_create(void *)
{
    g_cache = kmem_cache_create("stepped", kSize, 0, SLAB_NO_MERGE, nullptr);
}

void call_create_merged(void *)
{
    g_cache = kmem_cache_create("merged", 64, 0, 0, nullptr);
}

void call_destroy(void *)
{
    kmem_cache_destroy(g_cache);
}

template <slab_flags_t kFlags> void prepare_destroy()
{
    g_cache = kmem_cache_create("stepped", kSize, 0, kFlags, nullptr);
    for (int i = 0; i < 3; i++)
        kmem_cache_free(g_cache, kmem_cache_alloc(g_cache, GFP_KERNEL));
}

// The first that is debugged reserves the table.
void call_create_debugged(void *)
{
    g_cache = kmem_cache_create("stepped", kSize, 0, kDebug, nullptr);
}

const Case kLifeCases[] = {
    {"Create", nullptr, [] { kfree_nolock(kmalloc_nolock(8, 0, NUMA_NO_NODE)); }, call_create},
    {"CreateMerged", nullptr, [] { kfree_nolock(kmalloc_nolock(8, 0, NUMA_NO_NODE)); },
     call_create_merged},
    {"CreateDebugged", nullptr, [] { kfree_nolock(kmalloc_nolock(8, 0, NUMA_NO_NODE)); },
     call_create_debugged},
    {"Destroy", nullptr, prepare_destroy<SLAB_NO_MERGE>, call_destroy},
    {"DestroyDebugged", nullptr, prepare_destroy<kDebug>, call_destroy},
};

void live_a_life(void *, size_t)
{
    for (slab_flags_t flags : {SLAB_NO_MERGE, kDebug})
    {
        struct kmem_cache *cache = kmem_cache_create("nested", 56, 0, flags, nullptr);
        if (cache == nullptr)
            abort();
        void *object = kmem_cache_alloc_nolock(cache, 0, NUMA_NO_NODE);
        memset(object, 1, 56);
        kmem_cache_free_nolock(cache, object);
        if (nolockalloc_validate("nested") != (flags == kDebug ? 0 : -22))
            abort();
        kmem_cache_destroy(cache);
    }
}
} // namespace

class CacheLife : public testing::TestWithParam<Case>
{
  protected:
    // One child a boundary: does this there, and says what is wrong then.
    void at_every_instruction(const std::function<const char *(size_t)> &act)
    {
        const Case &of = GetParam();
        run_in_child(
            [&of]
            {
                of.prepare();
                stepper::trace(of.call, nullptr, g_trace);
                return 0;
            });
        for (const short_form::Stop &stop :
             short_form::stops(g_trace, of.name, short_form::kOnceInAChild))
        {
            if (HasFailure())
                break;
            size_t i = stop.index;
            ChildResult result = run_in_child(
                [&, i]
                {
                    of.prepare();
                    const char *complaint = act(i);
                    if (complaint != nullptr)
                        fprintf(stderr, "%s\n", complaint);
                    return complaint == nullptr ? 0 : 1;
                });
            EXPECT_EQ(result.complaint(), "") << "boundary " << i << " of " << g_trace.count;
        }
        EXPECT_GT(g_trace.count, 50u);
    }
};

INSTANTIATE_TEST_SUITE_P(Interrupted, CacheLife, testing::ValuesIn(kLifeCases), name_of);

TEST_P(CacheLife, AtEveryInstructionAHandlerMayLiveAnother)
{
    const Case &of = GetParam();
    at_every_instruction(
        [&of](size_t i) -> const char *
        {
            stepper::inject_at(g_trace, i, of.call, nullptr, live_a_life, nullptr);
            if (of.call != call_destroy)
                kmem_cache_destroy(g_cache);
            return counters().reports != 0     ? "something was reported"
                   : numbers_left() != kCaches ? "numbers were lost"
                                               : nullptr;
        });
}

TEST_P(CacheLife, AbandonedAtAnyInstructionItLosesAtMostTheCacheInHand)
{
    const Case &of = GetParam();
    at_every_instruction(
        [&of](size_t i) -> const char *
        {
            abandon_deep(i, of.call);
            use_the_stack_below();
            size_t left = numbers_left();
            // A destruction that had not begun leaves the cache; one that had is finished by
            // others.
            return left < kCaches - 1 ? "numbers were lost" : nullptr;
        });
}
