// SPDX-License-Identifier: MIT
//
// failslab, the kernel's fault injection: which calls fail, when, and how often.
#include "child.h"
#include "counters.h"

#include <cstring>
#include <gtest/gtest.h>

namespace
{
std::string failures_of(int allocations, gfp_t flags)
{
    std::string all;
    for (int i = 0; i < allocations; i++)
    {
        void *object = kmalloc(100, flags);
        all += object == nullptr ? 'x' : '.';
        kfree(object);
    }
    return all;
}

int expect_same(const std::string &expected, const std::string &found)
{
    if (expected != found)
        fprintf(stderr, "expected %s, found %s\n", expected.c_str(), found.c_str());
    return expected == found ? 0 : 1;
}
} // namespace

TEST(Failslab, FailsKmallocAndNeverKmallocNolock)
{
    ChildResult result = run_in_child_with("failslab=1,100,0,-1", []
    {
        for (size_t size : {8, 64, 8192, 10000, 100000})
            for (gfp_t flags : {GFP_KERNEL, GFP_ATOMIC})
                if (kmalloc(size, flags) != nullptr)
                    return 1;
        struct kmem_cache *cache = kmem_cache_create("fails", 40, 0, 0, nullptr);
        if (kmem_cache_alloc(cache, GFP_KERNEL) != nullptr)
            return 2;
        for (size_t size : kBuckets)
            for (int i = 0; i < 200; i++)
            {
                void *object = kmalloc_nolock(size, 0, NUMA_NO_NODE);
                void *other = kmem_cache_alloc_nolock(cache, 0, NUMA_NO_NODE);
                if (object == nullptr || other == nullptr)
                    return 3;
                kfree_nolock(object);
                kmem_cache_free_nolock(cache, other);
            }
        return kmalloc(0, GFP_KERNEL) == ZERO_SIZE_PTR ? 0 : 4;
    });
    EXPECT_EQ(result.complaint(), "");
}

TEST(Failslab, CountsIntervalsSpaceAndTimesAsTheKernelDoes)
{
    auto check = [](const char *options, const char *expected)
    {
        ChildResult result = run_in_child_with(
            options, [=] { return expect_same(expected, failures_of(int(strlen(expected)), GFP_KERNEL)); });
        EXPECT_EQ(result.complaint(), "") << options;
    };
    check("", "........");
    check("failslab=1,0,0,-1", "........");
    check("failslab=3,100,0,-1", "..x..x..");
    check("failslab=1,100,0,3", "xxx.....");
    check("failslab=1,100,310,-1,threads=4", "...xxxxx");
    check("abort,failslab=2,100,0,1", ".x......");
}

TEST(Failslab, IsNotUnderstoodWithAWordMissing)
{
    ChildResult result =
        run_in_child_with("failslab=1,100,0", [] { return expect_same("....", failures_of(4, GFP_KERNEL)); });
    EXPECT_EQ(result.complaint(), "");
    EXPECT_NE(result.error.find("are not known"), std::string::npos);
}
