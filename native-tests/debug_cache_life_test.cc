// SPDX-License-Identifier: MIT
//
// Created caches that are debugged: what is left at their ends, who allocated it, and who comes between.
// Every case is a process of its own.
#include "counters.h"
#include "debug_cache.h"

#include <atomic>
#include <cinttypes>
#include <csignal>
#include <cstring>
#include <gtest/gtest.h>
#include <thread>

namespace
{
[[gnu::noinline]] uint8_t *allocate_here()
{
    uint8_t *object = allocate();
    asm volatile("" ::: "memory");
    return object;
}

int leave_three(kmem_cache_ctor constructor)
{
    create(constructor);
    fprintf(stderr, "function: 0x%" PRIxPTR "\n", uintptr_t(allocate_here));
    uint8_t *left[3];
    for (uint8_t *&object : left)
        object = allocate_here();
    kmem_cache_free(g_cache, allocate());
    fprintf(stderr, "first: 0x%" PRIxPTR "\n", uintptr_t(left[0]));
    kmem_cache_destroy(g_cache);
    left[0][0] = 0xff; // it is still the program's
    kfree(left[0]);
    kfree(left[0]);
    return 0;
}

int role_leaks()
{
    create();
    for (int i = 0; i < 3; i++)
        memset(allocate_here(), 'x', kSize);
    allocate_and_free();
    struct kmem_cache *untracked =
        kmem_cache_create("untracked", kSize, 0, SLAB_NOLEAKTRACE | SLAB_STORE_USER, nullptr);
    return kmem_cache_alloc(untracked, GFP_KERNEL) != nullptr ? 0 : 1;
}

int role_two_threads_free_one_object()
{
    create();
    for (int round = 0; round < 300; round++)
    {
        g_object = allocate();
        std::atomic<int> ready{0};
        auto free_it = [&]
        {
            ready++;
            while (ready < 2)
                continue;
            kmem_cache_free_nolock(g_cache, g_object);
        };
        std::thread other(free_it);
        free_it();
        other.join();
    }
    kmem_cache_destroy(g_cache);
    return counters().reports == 300 ? validated(0) : 3;
}

int role_in_a_handler()
{
    create();
    signal(SIGUSR1,
           [](int)
           {
               kmem_cache_free_nolock(g_cache, g_object);
               g_object = allocate();
               g_object[kSize] = 1;
               kmem_cache_free_nolock(g_cache, g_object);
           });
    g_object = allocate_and_free();
    raise(SIGUSR1);
    return validated(0);
}

// Validates while the cache is destroyed and its number becomes one of another geometry.
int role_validate_while_caches_come_and_go()
{
    std::atomic<bool> is_done{false};
    std::atomic<int> errors{0};
    std::thread other(
        [&]
        {
            while (!is_done)
                errors += nolockalloc_validate(nullptr);
        });
    for (unsigned i = 0; i < 2000; i++)
    {
        slab_flags_t flags = i % 3 == 0 ? SLAB_NO_MERGE : kFlags;
        unsigned size = i % 2 == 0 ? 8 + i % 64 : 32768 - i;
        struct kmem_cache *cache = kmem_cache_create("mine", size, 0, flags, nullptr);
        void *object = kmem_cache_alloc(cache, GFP_KERNEL);
        memset(object, int(i), size);
        kmem_cache_free(cache, object);
        kmem_cache_destroy(cache);
    }
    is_done = true;
    other.join();
    return errors == 0 && counters().reports == 0 ? 0 : 1;
}

const Role g_more[] = {
    {"cache_leaves_three", [] { return leave_three(nullptr); }},
    {"cache_leaves_three_constructed", [] { return leave_three(construct); }},
    {"cache_leaks", role_leaks},
    {"cache_two_threads", role_two_threads_free_one_object},
    {"cache_handler", role_in_a_handler},
    {"cache_comes_and_goes", role_validate_while_caches_come_and_go},
};
} // namespace

TEST(DebugCache, ADestroyedCacheNamesWhoAllocatedWhatIsLeft)
{
    for (const char *role : {"cache_leaves_three", "cache_leaves_three_constructed"})
    {
        std::string text = run(role, nullptr).error;
        EXPECT_EQ(lines_with(text, "mine: Slab cache still has objects"), 1u) << text;
        EXPECT_EQ(lines_beginning_with(text, "nolockalloc: Object 0x"), 3u) << text;
        EXPECT_EQ(lines_beginning_with(text, "Allocated in 0x"), 4u) << text; // one of the double free
        uint64_t function = number_behind(text, "function: "), by = number_behind(text, "Allocated in ");
        EXPECT_LT(by - function, 256u) << text;
        EXPECT_EQ(number_behind(text, "nolockalloc: Object "), number_behind(text, "first: ")) << text;
        // What is left is debugged for as long as it lives.
        EXPECT_EQ(lines_with(text, "BUG mine (Tainted: G    B): Object already free"), 1u) << text;
        EXPECT_EQ(lines_beginning_with(run(role, "").error, "Allocated in 0x"), 0u);
    }
}

TEST(DebugCache, LeaksAreReportedByOwnerUnlessTheCacheIsNotToBeTraced)
{
    std::string text = run("cache_leaks", "leaks").error;
    EXPECT_EQ(lines_with(text, "(size 52), one of 3 of this owner, 156 bytes"), 1u) << text;
    EXPECT_EQ(lines_with(text, "3 objects of 1 owners were not freed, 156 bytes"), 1u) << text;
    EXPECT_EQ(run("cache_leaks", "").error, "");
}

TEST(DebugCache, OfTwoThreadsThatFreeOneObjectOneIsReported)
{
    EXPECT_EQ(run("cache_two_threads", nullptr).complaint(), "");
    EXPECT_EQ(run("cache_two_threads", "slub_debug=F").complaint(), "");
}

TEST(DebugCache, AHandlersErrorsAreReportedToo)
{
    expect_both_errors_of_a_handler(run("cache_handler", nullptr), "Right Redzone");
}

TEST(DebugCache, ValidationGoesOnWhileCachesComeAndGo)
{
    EXPECT_EQ(run_role("cache_comes_and_goes", "", 60).complaint(), "");
}
