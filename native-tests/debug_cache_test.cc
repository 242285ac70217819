// SPDX-License-Identifier: MIT
//
// Created caches that are debugged, by their flags or by the option: each error is found, told apart
// and reported as one of a bucket is; constructors. Every case is a process of its own.
#include "counters.h"
#include "debug_cache.h"

#include <csignal>
#include <cstring>
#include <gtest/gtest.h>
#include <ostream>

namespace
{
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
