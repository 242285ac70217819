// SPDX-License-Identifier: MIT
//
// Who allocated and who freed: in the reports of a debug cache, and of what is live when the
// process exits.
#include "child.h"
#include "debug_reports.h"
#include "nolockalloc.h"

#include <cinttypes>
#include <cstring>
#include <gtest/gtest.h>
#include <thread>

namespace
{
[[gnu::noinline]] void *allocate_here()
{
    void *object = kmalloc_nolock(64, 0, NUMA_NO_NODE);
    asm volatile("" ::: "memory");
    return object;
}

int role_tracks()
{
    void *p = allocate_here();
    std::thread([&] { kfree_nolock(p); }).join();
    fprintf(stderr, "function: 0x%" PRIxPTR "\n", uintptr_t(allocate_here));
    kfree_nolock(p);
    return 0;
}

int role_leaks()
{
    for (int i = 0; i < 3; i++)
        memset(allocate_here(), 'x', 64);
    kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
    return 0;
}

const Role g_roles[] = {{"tracks", role_tracks}, {"leaks", role_leaks}};
} // namespace

TEST(DebugTracks, AReportNamesWhoAllocatedAndWhoFreed)
{
    std::string text = run_role("tracks", "slub_debug=FZPU").error;
    uint64_t function = number_behind(text, "function: "),
             by = number_behind(text, "Allocated in ");
    EXPECT_LT(by - function, 256u) << text;
    EXPECT_NE(number_behind(text, "Freed in "), 0u);
    EXPECT_NE(pid_behind(text, "Allocated in "), pid_behind(text, "Freed in ")) << text;
}

TEST(DebugTracks, LeaksAreReportedByOwnerAsTheProcessExits)
{
    std::string text = run_role("leaks", "leaks").error;
    EXPECT_EQ(lines_beginning_with(text, "unreferenced object 0x"), 1u) << text;
    EXPECT_EQ(lines_with(text, "(size 64), one of 3 of this owner, 192 bytes"), 1u) << text;
    EXPECT_EQ(lines_with(text, "3 objects of 1 owners were not freed, 192 bytes"), 1u) << text;
    EXPECT_EQ(run_role("leaks", "").error, "");
}
