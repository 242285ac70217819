// SPDX-License-Identifier: MIT
//
// Created caches that are debugged, by their flags or by the option: each error is found, told apart
// and reported as one of a bucket is; constructors; destruction. Every case is a process of its own.
#include "child.h"
#include "counters.h"
#include "debug_reports.h"

#include <atomic>
#include <cinttypes>
#include <csignal>
#include <cstring>
#include <gtest/gtest.h>
#include <ostream>
#include <thread>
#include <unistd.h>

namespace
{
constexpr slab_flags_t kFlags =
    SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER;
constexpr unsigned kSize = 52;

struct kmem_cache *g_cache;
uint8_t *g_object;

// Debugged if the process's options say so, or the environment asks for the flags.
struct kmem_cache *create(kmem_cache_ctor constructor = nullptr, const char *name = "mine")
{
    slab_flags_t flags = getenv("NLA_TEST_BY_FLAGS") != nullptr ? kFlags : SLAB_NO_MERGE;
    return g_cache = kmem_cache_create(name, kSize, 0, flags, constructor);
}

uint8_t *allocate()
{
    return hidden(kmem_cache_alloc_nolock(g_cache, 0, NUMA_NO_NODE));
}

uint8_t *allocate_and_free()
{
    uint8_t *object = allocate();
    kmem_cache_free_nolock(g_cache, object);
    return object;
}

int validated(int expected, const char *cache = nullptr)
{
    return nolockalloc_validate(cache) == expected ? 0 : 1;
}

int clobber(bool is_freed_first, int at)
{
    create();
    uint8_t *p = is_freed_first ? allocate_and_free() : allocate();
    p[at] = 1;
    return validated(1, "mine");
}

int clobber_and_free(int at)
{
    create();
    uint8_t *p = allocate();
    p[at] = 1;
    kmem_cache_free(g_cache, p);
    return validated(0, "mine");
}

int role_write_after_free()
{
    create();
    uint8_t *p = allocate_and_free();
    p[9] = 1;
    return allocate() != p ? validated(0) : 2;
}

int role_double_free()
{
    create();
    uint8_t *p = allocate_and_free();
    kmem_cache_free_nolock(g_cache, p);
    return validated(0);
}

int role_double_kfree()
{
    create();
    uint8_t *p = hidden(kmem_cache_alloc(g_cache, GFP_KERNEL));
    kfree(p);
    kfree(p);
    return validated(0);
}

int role_bad_pointer()
{
    create();
    uint8_t *p = allocate();
    kmem_cache_free(g_cache, p + 8);
    kmem_cache_free(g_cache, p);
    return validated(0);
}

void construct(void *object)
{
    memset(object, 0xc7, kSize);
}

void construct_too_much(void *object)
{
    memset(object, 0xc7, kSize + 1);
}

bool is_constructed(const uint8_t *object)
{
    for (unsigned i = 0; i < kSize; i++)
        if (object[i] != 0xc7)
            return false;
    return true;
}

int role_constructor_overrun()
{
    create(construct_too_much);
    return is_constructed(allocate()) ? validated(0) : 2;
}

int role_constructed_overrun()
{
    create(construct);
    uint8_t *p = allocate();
    if (!is_constructed(p))
        return 2;
    p[kSize] = 1;
    kmem_cache_free(g_cache, p);
    return validated(0);
}

int role_nothing_wrong()
{
    static void *objects[3000];
    for (kmem_cache_ctor constructor : {kmem_cache_ctor(nullptr), kmem_cache_ctor(construct)})
    {
        create(constructor);
        for (int round = 0; round < 2; round++)
        {
            for (void *&object : objects)
                object = kmem_cache_alloc(g_cache, GFP_KERNEL);
            for (void *object : objects)
            {
                if (constructor != nullptr && !is_constructed(static_cast<uint8_t *>(object)))
                    return 2;
                memset(object, constructor != nullptr ? 0xc7 : 0xee, ksize(object));
                kmem_cache_free(g_cache, object);
            }
        }
        uint8_t *zero = static_cast<uint8_t *>(
            constructor == nullptr ? kmem_cache_zalloc(g_cache, GFP_KERNEL) : nullptr);
        for (unsigned i = 0; zero != nullptr && i < kSize; i++)
            if (zero[i] != 0)
                return 3;
        kmem_cache_free(g_cache, zero);
        if (validated(0, "mine") != 0 || kmem_cache_size(g_cache) != kSize)
            return 4;
        kmem_cache_destroy(g_cache);
        if (validated(-22, "mine") != 0) // gone
            return 5;
    }
    return counters().reports == 0 && complaint_after_trim().empty() ? 0 : 6;
}

const Role g_errors[] = {
    {"cache_overrun", [] { return clobber_and_free(kSize); }},
    {"cache_underrun", [] { return clobber_and_free(-1); }},
    {"cache_live_zone", [] { return clobber(false, kSize); }},
    {"cache_free_zone", [] { return clobber(true, kSize); }},
    {"cache_first_byte", [] { return clobber(true, 0); }},
    {"cache_last_byte", [] { return clobber(true, kSize - 1); }},
    {"cache_write_after_free", role_write_after_free},
    {"cache_double_free", role_double_free},
    {"cache_double_kfree", role_double_kfree},
    {"cache_bad_pointer", role_bad_pointer},
    {"cache_constructor_overrun", role_constructor_overrun},
    {"cache_constructed_overrun", role_constructed_overrun},
    {"cache_nothing_wrong", role_nothing_wrong},
};

struct Error
{
    const char *role;
    const char *says;
};
std::ostream &operator<<(std::ostream &out, const Error &error)
{
    return out << error.role;
}

// Under an option; with nullptr, by flags.
ChildResult run(const char *role, const char *options)
{
    if (options == nullptr)
        setenv("NLA_TEST_BY_FLAGS", "1", 1);
    ChildResult result = run_role(role, options == nullptr ? "" : options);
    unsetenv("NLA_TEST_BY_FLAGS");
    return result;
}

class DebugCacheError : public testing::TestWithParam<Error>
{
};
} // namespace

TEST_P(DebugCacheError, IsReportedOnceAndToldApart)
{
    const Error &error = GetParam();
    std::string head = std::string("BUG mine (Not tainted): ") + error.says;
    for (const char *options : {"slub_debug=FZPU,mine", "slub_debug", (const char *)nullptr})
    {
        ChildResult result = run(error.role, options);
        EXPECT_EQ(result.complaint(), "");
        EXPECT_EQ(lines_beginning_with(result.error, "BUG "), 1u) << result.error;
        EXPECT_EQ(lines_beginning_with(result.error, head), 1u) << result.error;
        bool is_object = strstr(error.says, "Invalid") == nullptr;
        EXPECT_EQ(number_behind(result.error, "Allocated in ") != 0, is_object) << result.error;
    }
    // Nothing of it where nothing, or another cache, is debugged.
    for (const char *options : {"", "slub_debug=FZPU,kmalloc-*,mind,min", "slub_debug=-,mine;FZPU"})
        EXPECT_EQ(lines_beginning_with(run(error.role, options).error, "BUG "), 0u) << options;
}

INSTANTIATE_TEST_SUITE_P(
    Each, DebugCacheError,
    testing::Values(Error{"cache_overrun", "Right Redzone overwritten"},
                    Error{"cache_underrun", "Left Redzone overwritten"},
                    Error{"cache_live_zone", "Right Redzone overwritten"},
                    Error{"cache_free_zone", "Right Redzone overwritten"},
                    Error{"cache_first_byte", "Poison overwritten"},
                    Error{"cache_last_byte", "End Poison overwritten"},
                    Error{"cache_write_after_free", "Poison overwritten"},
                    Error{"cache_double_free", "Object already free"},
                    Error{"cache_double_kfree", "Object already free"},
                    Error{"cache_bad_pointer", "Invalid object pointer 0x"},
                    Error{"cache_constructor_overrun", "Right Redzone overwritten"},
                    Error{"cache_constructed_overrun", "Right Redzone overwritten"}),
    [](const testing::TestParamInfo<Error> &info) { return std::string(info.param.role); });

TEST(DebugCache, NothingIsReportedOfAProgramThatDoesNothingWrong)
{
    for (const char *options : {"slub_debug=FZPU,mine", "slub_debug", (const char *)nullptr})
    {
        ChildResult result = run("cache_nothing_wrong", options);
        EXPECT_EQ(result.complaint(), "");
        EXPECT_EQ(result.error, "");
    }
}

// ---- Tracks ---------------------------------------------------------------------------------------

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
    ChildResult result = run("cache_handler", nullptr);
    EXPECT_EQ(result.complaint(), "");
    EXPECT_EQ(lines_with(result.error, "): Object already free"), 1u) << result.error;
    EXPECT_EQ(lines_with(result.error, "): Right Redzone overwritten"), 1u) << result.error;
}

TEST(DebugCache, ValidationGoesOnWhileCachesComeAndGo)
{
    EXPECT_EQ(run_role("cache_comes_and_goes", "", 60).complaint(), "");
}

TEST(DebugCache, LetterTSaysEachAllocationAndEachFree)
{
    std::string text = run("cache_double_kfree", "slub_debug=T,mine").error;
    EXPECT_EQ(lines_beginning_with(text, "TRACE mine alloc 0x"), 1u) << text;
    EXPECT_EQ(lines_beginning_with(text, "TRACE mine free 0x"), 1u) << text;
}

TEST(DebugCache, WithAbortTheProcessAbortsAfterTheReport)
{
    ChildResult result = run("cache_double_free", "slub_debug=FZPU,mine,abort");
    EXPECT_EQ(result.signal, SIGABRT);
    EXPECT_EQ(lines_with(result.error, "FIX mine: Object at "), 1u);
}
