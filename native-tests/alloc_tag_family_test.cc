// SPDX-License-Identifier: MIT
//
// Allocation tags of kmalloc()'s family, of caches, of pages and of large objects.
#define NOLOCKALLOC_ALLOC_TAGS
#include "alloc_tag_family.h"

#include "alloc_tag_rows.h"
#include "child.h"
#include "counters.h"
#include "memcg_everywhere.h"

#include <csignal>
#include <cstring>

namespace
{
constexpr const char *kSites = "alloc_tag_family.c";
constexpr const char *kHere = "alloc_tag_family_test.cc";

class AllocTagsOfTheFamily : public testing::TestWithParam<slab_flags_t>
{
  protected:
    ~AllocTagsOfTheFamily() override
    {
        kmem_cache_destroy(cache);
        EXPECT_EQ(counters().reports, 0u);
        EXPECT_EQ(complaint_after_trim(), "");
    }
    struct kmem_cache *cache = kmem_cache_create("tagged", 64, 0, GetParam(), nullptr);
};
INSTANTIATE_TEST_SUITE_P(Caches, AllocTagsOfTheFamily, testing::Values(0u, SLAB_NO_MERGE, SLAB_ACCOUNT));

inline char *inline_kstrdup_in_cxx(const char *text)
{
    return kstrdup(text, GFP_KERNEL);
}
template <typename T> T *template_kcalloc_in_cxx(size_t count)
{
    return static_cast<T *>(kcalloc(count, sizeof(T), GFP_KERNEL));
}
} // namespace

TEST_P(AllocTagsOfTheFamily, EachFunctionCountsAtItsCallSiteUntilTheObjectIsFreed)
{
    for (const tagged_site *site = tagged_sites; site->function != nullptr; site++)
    {
        SCOPED_TRACE(site->function);
        void *first = site->allocate(cache), *second = site->allocate(cache);
        expect_counts(row_of(kSites, site->function), 128, 2);
        kfree(first);
        expect_counts(row_of(kSites, site->function), 64, 1);
        kfree(second);
        expect_counts(row_of(kSites, site->function), 0, 0);
    }
}

TEST_P(AllocTagsOfTheFamily, CountedObjectsAreTheCachesOwn)
{
    for (const tagged_site *site = tagged_sites; site->function != nullptr; site++)
        if (strstr(site->function, "kmem_cache") != nullptr)
            kmem_cache_free(cache, site->allocate(cache));
}

TEST(AllocTags, PagesCountUntilTheLastReferenceIsGone)
{
    for (unsigned order : {0u, 3u, 5u})
    {
        page *pages = tagged_pages(order);
        expect_counts(row_of(kSites, "tagged_pages"), (long long)PAGE_SIZE << order, 1);
        get_page(pages);
        put_page(pages);
        expect_counts(row_of(kSites, "tagged_pages"), (long long)PAGE_SIZE << order, 1);
        put_page(pages);
        expect_counts(row_of(kSites, "tagged_pages"), 0, 0);
        pages = tagged_frozen_pages(order);
        expect_counts(row_of(kSites, "tagged_frozen_pages"), (long long)PAGE_SIZE << order, 1);
        free_frozen_pages_nolock(pages, order);
        expect_counts(row_of(kSites, "tagged_frozen_pages"), 0, 0);
    }
}

TEST(AllocTags, ALargeObjectIsCountedAndCharged)
{
    Group group;
    Active active(group);
    for (size_t size : {size_t(16384), size_t(131072)})
    {
        void *object = tagged_large(size);
        expect_counts(row_of(kSites, "tagged_large"), (long long)size, 1);
        EXPECT_EQ(group.stats().usage, size);
        kfree(object);
        expect_counts(row_of(kSites, "tagged_large"), 0, 0);
        EXPECT_EQ(group.stats().usage, 0u);
    }
}

TEST(AllocTags, AHelperMayCountAtItsCallers)
{
    void *object = caller_of_a_helper(100);
    expect_counts(row_of(kSites, "caller_of_a_helper"), 128, 1);
    EXPECT_FALSE(row_of(kSites, "my_alloc_tagged_noprof").is_there);
    kfree(object);
}

TEST(AllocTags, AnObjectThatDoesNotMoveStaysCountedWhereItWas)
{
    void *object = caller_of_a_helper(100);
    object = krealloc(object, 128, GFP_KERNEL);
    expect_counts(row_of(kSites, "caller_of_a_helper"), 128, 1);
    object = krealloc(object, 129, GFP_KERNEL);
    expect_counts(row_of(kSites, "caller_of_a_helper"), 0, 0);
    expect_counts(row_of(kHere, "TestBody"), 192, 1);
    kfree(object);
}

TEST(AllocTags, CxxHasTheFamilyToo)
{
    char *copy = inline_kstrdup_in_cxx("seven b");
    int *numbers = template_kcalloc_in_cxx<int>(10);
    expect_counts(row_of(kHere, "inline_kstrdup_in_cxx"), 8, 1);
    expect_counts(row_of(kHere, "template_kcalloc_in_cxx"), 64, 1);
    EXPECT_EQ(kmalloc_array(SIZE_MAX / 2, 3, GFP_KERNEL), nullptr);
    kfree(copy);
    kfree(numbers);
}

// ---- At every instruction -----------------------------------------------------------------------

static void allocate_everything(Interruption &on)
{
    for (size_t size : {size_t(64), size_t(16384)})
    {
        void *object = tagged_large(size);
        if (object == nullptr)
            on.own.complain("no object");
        kfree(object);
    }
}

TEST(AllocTags, AtEveryInstructionOfKmallocAHandlerMayUseTheSameCallSite)
{
    auto body = []
    {
        int result = memcg_everywhere::interrupted(allocate_everything);
        Row row = row_of(kSites, "tagged_large");
        return result != 0 ? result : row.calls == 0 && row.bytes == 0 ? 0 : 3;
    };
    EXPECT_EQ(run_in_child(body, 100).complaint(), "");
}
