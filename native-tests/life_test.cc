// SPDX-License-Identifier: MIT
//
// The allocator before the first constructor of the process and after its exit handlers.
#include "child.h"
#include "ledger.h"

#include <cstdlib>
#include <unistd.h>

namespace
{
void *g_early;
bool g_early_works;

// The loader runs this before the constructors of any library. Nothing of C++ is set up yet.
void allocate_early(int, char **, char **)
{
    g_early = kmalloc_nolock(64, __GFP_ZERO, NUMA_NO_NODE);
    void *second = kmalloc_nolock(64, 0, NUMA_NO_NODE);
    g_early_works = g_early != nullptr && second != nullptr && g_early != second;
    kfree_nolock(second);
}
[[gnu::section(".preinit_array"), gnu::used]] void (*g_preinit)(int, char **,
                                                                char **) = allocate_early;

bool works()
{
    return every_bucket_works(direct_door()) && every_bucket_works(exported_door());
}

// The last thing that happens: in a handler that was registered first, it runs last.
struct Last
{
    ~Last()
    {
        if (getenv("NLA_TEST_ROLE") != nullptr)
            _exit(works() ? 0 : 1);
    }
} g_last;

Role g_exit("exit",
            []
            {
                atexit(
                    []
                    {
                        if (!works())
                            _exit(2);
                    });
                if (!works())
                    _exit(3);
                return 4; // the exit handlers say 0
            });
} // namespace

TEST(Life, BeginsBeforeTheFirstConstructor)
{
    EXPECT_TRUE(g_early_works);
    EXPECT_EQ(ksize(g_early), 64u);
    kfree_nolock(g_early);
}

TEST(Life, DoesNotEndWithTheExitHandlers)
{
    EXPECT_EQ(run_role("exit", "").complaint(), "");
}
