// SPDX-License-Identifier: MIT
//
// Debug caches: each error is found, told apart and reported in the kernel's layout, by the free,
// by the next allocation and by nolockalloc_validate(). The first tests are those of the kernel's
// suite slub_test (lib/tests/slub_kunit.c); its next_pointer has no counterpart: no pointer lies in
// a free object. Every case is a process of its own, under its options.
#include "child.h"
#include "counters.h"
#include "debug_reports.h"
#include "doors.h"

#include <atomic>
#include <csignal>
#include <cstring>
#include <thread>

namespace
{
constexpr const char *kAll = "slub_debug=FZPU";

uint8_t *allocate(size_t size)
{
    return hidden(kmalloc_nolock(size, 0, NUMA_NO_NODE));
}

uint8_t *allocate_and_free(size_t size)
{
    uint8_t *object = allocate(size);
    kfree_nolock(object);
    return object;
}

int validated(int expected, const char *cache = nullptr)
{
    return nolockalloc_validate(cache) == expected ? 0 : 1;
}

// Writes one byte into an object of 64, or so far before or behind it, and validates.
int clobber(bool is_freed_first, int at, uint8_t value)
{
    uint8_t *p = is_freed_first ? allocate_and_free(64) : allocate(64);
    p[at] = value;
    return validated(1, "kmalloc-64");
}

// The same, seen by the free.
int clobber_and_free(int at)
{
    uint8_t *p = allocate(64);
    p[at] = 1;
    kfree_nolock(p);
    return validated(0);
}

int role_kmalloc_redzone_access()
{
    uint8_t *p = allocate(18);
    p[18] = 'a';
    p[19] = 'b';
    return validated(1, "kmalloc-32");
}

int role_write_after_free()
{
    uint8_t *p = allocate_and_free(64);
    p[9] = 1;
    return allocate(64) != p ? validated(0) : 2;
}

int role_double_free()
{
    uint8_t *p = allocate_and_free(64);
    kfree_nolock(p);
    return validated(0);
}

int role_pointer_into_an_object()
{
    uint8_t *p = allocate(64);
    kfree_nolock(p + 8);
    kfree_nolock(p);
    return validated(0);
}

int role_double_free_by_the_exported_door()
{
    void *p = exported_door().allocate(64, 0, NUMA_NO_NODE);
    exported_door().free(p);
    exported_door().free(p);
    return validated(0);
}

int role_nothing_wrong()
{
    for (size_t bucket : kBuckets)
        for (size_t size : {bucket, bucket - bucket / 4 + 1})
        {
            uint8_t *p = allocate(size), *q = allocate(size);
            memset(p, 0xee, size);
            memset(q, 0, ksize(q));
            kfree_nolock(p);
            kfree_nolock(q);
        }
    nolockalloc_drain();
    return validated(0) + validated(-22, "kmalloc-65") + (complaint_after_trim().empty() ? 0 : 4);
}

uint8_t *g_object;

int role_in_a_handler()
{
    signal(SIGUSR1,
           [](int)
           {
               kfree_nolock(g_object);
               g_object = allocate(18);
               g_object[18] = 1;
               kfree_nolock(g_object);
           });
    g_object = allocate_and_free(64);
    raise(SIGUSR1);
    return validated(0);
}

// The free that came second, whichever thread's that is, is reported; and each object is freed
// once.
int role_two_threads_free_one_object()
{
    for (int round = 0; round < 300; round++)
    {
        g_object = allocate(64);
        std::atomic<int> ready{0};
        auto free_it = [&]
        {
            ready++;
            while (ready < 2)
                continue;
            kfree_nolock(g_object);
        };
        std::thread other(free_it);
        free_it();
        other.join();
    }
    return counters().reports == 300 && live_objects(counters()) == 0 ? validated(0) : 3;
}

const Role g_roles[] = {
    {"clobber_zone", [] { return clobber(false, 64, 0x12); }},
    {"first_word", [] { return clobber(true, 0, 0x78); }},
    {"clobber_50th_byte", [] { return clobber(true, 50, 0x9a); }},
    {"clobber_redzone_free", [] { return clobber(true, 64, 0xab); }},
    {"kmalloc_redzone_access", role_kmalloc_redzone_access},
    {"overrun", [] { return clobber_and_free(64); }},
    {"underrun", [] { return clobber_and_free(-1); }},
    {"write_after_free", role_write_after_free},
    {"double_free", role_double_free},
    {"bad_pointer", role_pointer_into_an_object},
    {"exported_door", role_double_free_by_the_exported_door},
    {"nothing_wrong", role_nothing_wrong},
    {"handler", role_in_a_handler},
    {"two_threads", role_two_threads_free_one_object},
};

struct Error
{
    const char *role;
    const char *cache;
    const char *says;
};

class DebugError : public testing::TestWithParam<Error>
{
};
} // namespace

TEST_P(DebugError, IsReportedOnceAndToldApart)
{
    const Error &error = GetParam();
    ChildResult result = run_role(error.role, kAll);
    EXPECT_EQ(result.complaint(), "");
    std::string head = std::string("BUG ") + error.cache + " (Not tainted): " + error.says;
    EXPECT_EQ(lines_beginning_with(result.error, "BUG "), 1u) << result.error;
    EXPECT_EQ(lines_beginning_with(result.error, head), 1u) << result.error;
    // Nothing of it where nothing is debugged.
    EXPECT_EQ(lines_beginning_with(run_role(error.role, "").error, "BUG "), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Each, DebugError,
    testing::Values(Error{"clobber_zone", "kmalloc-64", "Right Redzone overwritten"},
                    Error{"first_word", "kmalloc-64", "Poison overwritten"},
                    Error{"clobber_50th_byte", "kmalloc-64", "Poison overwritten"},
                    Error{"clobber_redzone_free", "kmalloc-64", "Right Redzone overwritten"},
                    Error{"kmalloc_redzone_access", "kmalloc-32", "kmalloc Redzone overwritten"},
                    Error{"overrun", "kmalloc-64", "Right Redzone overwritten"},
                    Error{"underrun", "kmalloc-64", "Left Redzone overwritten"},
                    Error{"write_after_free", "kmalloc-64", "Poison overwritten"},
                    Error{"double_free", "kmalloc-64", "Object already free"},
                    Error{"exported_door", "kmalloc-64", "Object already free"},
                    Error{"bad_pointer", "kmalloc-64", "Invalid object pointer 0x"}),
    [](const testing::TestParamInfo<Error> &info) { return std::string(info.param.role); });

TEST(Debug, TheTwoBytesBehindAnObjectOf18AreNamed)
{
    std::string text = run_role("kmalloc_redzone_access", kAll).error;
    EXPECT_NE(text.find(". First byte 0x61 instead of 0xcc\n"), std::string::npos) << text;
    EXPECT_NE(text.find(": 5a 5a 61 62 cc cc"), std::string::npos) << text;
}

TEST(Debug, NothingIsReportedOfAProgramThatDoesNothingWrong)
{
    ChildResult result = run_role("nothing_wrong", kAll);
    EXPECT_EQ(result.complaint(), "");
    EXPECT_EQ(result.error, "");
}

TEST(Debug, AHandlersErrorsAreReportedToo)
{
    expect_both_errors_of_a_handler(run_role("handler", kAll), "kmalloc Redzone");
}

TEST(Debug, OfTwoThreadsThatFreeOneObjectOneIsReported)
{
    EXPECT_EQ(run_role("two_threads", kAll).complaint(), "");
}

TEST(Debug, WithAbortTheProcessAbortsAfterTheReport)
{
    ChildResult result = run_role("double_free", "slub_debug=FZPU,abort");
    EXPECT_EQ(result.signal, SIGABRT);
    EXPECT_EQ(lines_with(result.error, "FIX kmalloc-64: Object at "), 1u);
}
