// SPDX-License-Identifier: MIT
//
// Debug caches and everything else: kmalloc's family, caches, groups, allocation tags. Every case is
// a process of its own, with all buckets debugged.
#define NOLOCKALLOC_ALLOC_TAGS
#include "child.h"
#include "counters.h"
#include "debug_reports.h"
#include "memcg.h"

#include <cstring>

namespace
{
constexpr const char *kAll = "slub_debug=FZPU";
constexpr const char kText[] = "neither more nor less";

int role_kmalloc_overrun()
{
    uint8_t *p = hidden(kmalloc(18, GFP_KERNEL));
    p[18] = 1;
    kfree(p);
    return nolockalloc_validate(nullptr);
}

int role_kmalloc_twice_freed()
{
    void *p = kmalloc_nolock(100, 0, NUMA_NO_NODE);
    kfree(p);
    kfree(hidden(p));
    return nolockalloc_validate(nullptr);
}

int role_family()
{
    char *text = kstrdup(kText, GFP_KERNEL);
    text = static_cast<char *>(krealloc(text, 5000, GFP_KERNEL | __GFP_ZERO));
    bool is_right = strcmp(text, kText) == 0 && text[4999] == 0;
    text = static_cast<char *>(krealloc(text, 20000, GFP_KERNEL));
    is_right = is_right && strcmp(text, kText) == 0;
    memset(text, 'x', 20000);
    kfree(text);
    uint8_t *zero = static_cast<uint8_t *>(kzalloc(77, GFP_KERNEL));
    for (int i = 0; i < 77; i++)
        is_right = is_right && zero[i] == 0;
    kfree_sensitive(zero);
    return is_right && live_objects(counters()) == 0 ? nolockalloc_validate(nullptr) : 3;
}

// A debugged bucket is merged with nothing.
int role_caches()
{
    struct kmem_cache *cache = kmem_cache_create("sixty-four", 64, 0, 0, nullptr);
    void *objects[200];
    for (void *&object : objects)
        memset(object = kmem_cache_alloc(cache, GFP_KERNEL), 0xff, 64);
    for (void *object : objects)
        kmem_cache_free(cache, object);
    bool is_listed = slabinfo().find("sixty-four") != std::string::npos;
    kmem_cache_destroy(cache);
    return is_listed ? nolockalloc_validate(nullptr) : 3;
}

int role_charged()
{
    Group group(1000), none(0);
    void *p, *refused;
    {
        Active active(group);
        p = kmalloc_nolock(64, __GFP_ACCOUNT | __GFP_ZERO, NUMA_NO_NODE);
    }
    {
        Active active(none);
        refused = kmalloc_nolock(64, __GFP_ACCOUNT, NUMA_NO_NODE);
    }
    bool is_right = refused == nullptr && nolockalloc_memcg_from_obj(p) == group.handle &&
                    group.stats().usage >= 64 && group.stats().objects == 1;
    hidden(p)[64] = 1;
    kfree_nolock(p); // reported and not freed; uncharged, as in the kernel
    is_right = is_right && group.stats().usage == 0 && none.stats().usage == 0;
    return is_right ? nolockalloc_validate(nullptr) : 3;
}

int role_tagged()
{
    void *p = kmalloc_nolock(300, 0, NUMA_NO_NODE);
    bool is_counted = written_by(nolockalloc_allocinfo).find("role_tagged") != std::string::npos;
    kfree_nolock(p);
    kfree_nolock(hidden(p));
    return is_counted ? nolockalloc_validate(nullptr) : 3;
}

const Role g_roles[] = {
    {"kmalloc_overrun", role_kmalloc_overrun},
    {"kmalloc_twice_freed", role_kmalloc_twice_freed},
    {"family", role_family},
    {"caches", role_caches},
    {"charged", role_charged},
    {"tagged", role_tagged},
};

// "" if the role was right, and what it reported is of that kind; nullptr: nothing is reported.
std::string complaint_of(const char *role, const char *says)
{
    ChildResult result = run_role(role, kAll);
    size_t bugs = lines_with(result.error, "BUG ");
    bool is_right = says == nullptr ? result.error.empty()
                                    : bugs == 1 && lines_with(result.error, says) == 1;
    return is_right ? result.complaint() : result.complaint() + " said: " + result.error;
}
} // namespace

TEST(DebugTogether, AnOverrunOfAKmallocObjectIsSeenFromTheSizeThatWasAskedFor)
{
    EXPECT_EQ(complaint_of("kmalloc_overrun", "BUG kmalloc-32 (Not tainted): kmalloc Redzone"), "");
}

TEST(DebugTogether, ASecondKfreeIsReported)
{
    EXPECT_EQ(complaint_of("kmalloc_twice_freed", "BUG kmalloc-128 (Not tainted): Object already"), "");
}

TEST(DebugTogether, TheRestOfKmallocsFamilyIsWithoutFault)
{
    EXPECT_EQ(complaint_of("family", nullptr), "");
}

TEST(DebugTogether, ACreatedCacheIsNotMergedWithADebuggedBucket)
{
    EXPECT_EQ(complaint_of("caches", nullptr), "");
}

TEST(DebugTogether, AChargedObjectHasRedZonesAndIsUncharged)
{
    EXPECT_EQ(complaint_of("charged", "BUG kmalloc-64 (Not tainted): Right Redzone"), "");
}

TEST(DebugTogether, ATaggedObjectIsDebuggedAndCounted)
{
    EXPECT_EQ(complaint_of("tagged", "BUG kmalloc-512 (Not tainted): Object already"), "");
}
