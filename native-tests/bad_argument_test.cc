// SPDX-License-Identifier: MIT
//
// Wrong flags and nodes are reported once in a process; ksize and the options tell their mistakes;
// with NOLOCKALLOC_OPTIONS=abort the process ends at the first.
#include "child.h"
#include "counters.h"
#include "ledger.h"

#include <algorithm>
#include <csignal>
#include <cerrno>

namespace
{
long reports_in(const std::string &text)
{
    long found = 0;
    for (size_t at = 0; (at = text.find("nolockalloc: ", at)) != std::string::npos; at++)
        found++;
    return found;
}
} // namespace

class BadArgument : public EveryDoor
{
};
THROUGH_BOTH_DOORS(BadArgument);

TEST_P(BadArgument, UnknownFlagsAreReportedOnceAndIgnored)
{
    ChildResult result = run_in_child(
        [&]
        {
            for (int i = 0; i < 5; i++)
            {
                void *object = allocate(64, 0xcc0);
                if (object == nullptr || ksize(object) != 64)
                    return 1;
                door.free(object);
            }
            return counters().reports == 1 ? 0 : 2;
        });
    EXPECT_EQ(result.complaint(), "");
    EXPECT_EQ(reports_in(result.error), 1) << result.error;
    EXPECT_NE(result.error.find("cc0"), std::string::npos) << result.error;
}

TEST_P(BadArgument, UnknownFlagsDoNotHideTheKnownOnes)
{
    ChildResult result = run_in_child(
        [&]
        {
            Ledger ledger(door);
            for (int i = 0; i < 200; i++)
                ledger.allocate(64);
            ledger.free_all();
            for (int i = 0; i < 200; i++)
                ledger.allocate(64, __GFP_ZERO | 0x400);
            return ledger.complaint() == nullptr ? 0 : 1;
        });
    EXPECT_EQ(result.complaint(), "");
}

TEST_P(BadArgument, ANodeThatDoesNotExistIsReportedOnceAndGivesNull)
{
    for (int node : {16, 64, 1 << 20, -2, INT32_MIN, INT32_MAX})
    {
        ChildResult result = run_in_child(
            [&, node]
            {
                for (int i = 0; i < 5; i++)
                    if (door.allocate(64, 0, node) != nullptr)
                        return 1;
                return counters().reports == 1 ? 0 : 2;
            });
        EXPECT_EQ(result.complaint(), "") << node;
        EXPECT_EQ(reports_in(result.error), 1) << node << result.error;
    }
}

TEST_P(BadArgument, TheZeroSizePointerAndTooLargeSizesAreNoReport)
{
    ChildResult result = run_in_child(
        [&]
        {
            volatile size_t most = SIZE_MAX;
            door.free(allocate(0));
            return allocate(8193) == nullptr && allocate(most) == nullptr ? 0 : 1;
        });
    EXPECT_EQ(result.complaint(), "");
    EXPECT_EQ(result.error, "");
}

TEST_P(BadArgument, KsizeOfWhatIsNoObjectIsReportedAndZero)
{
    ChildResult result = run_in_child(
        [&]
        {
            auto *object = static_cast<char *>(allocate(64));
            int local = 0;
            if (ksize(object + 8) != 0 || ksize(&local) != 0 || ksize(object + 1) != 0)
                return 1;
            door.free(object);
            return counters().reports == 3 ? 0 : 2;
        });
    EXPECT_EQ(result.complaint(), "");
    EXPECT_EQ(reports_in(result.error), 3) << result.error;
}

TEST_P(BadArgument, AReportPreservesErrnoAndIsOneLine)
{
    ChildResult result = run_in_child(
        [&]
        {
            int local = 0;
            errno = 77;
            door.free(&local);
            return errno == 77 ? 0 : 1;
        });
    EXPECT_EQ(result.complaint(), "");
    EXPECT_EQ(result.error.rfind("nolockalloc: ", 0), 0u) << result.error;
    EXPECT_EQ(std::count(result.error.begin(), result.error.end(), '\n'), 1) << result.error;
    EXPECT_EQ(result.error.back(), '\n');
}

static Role g_free_a_local("free a local",
                           []
                           {
                               int local = 0;
                               kfree_nolock(&local);
                               return 0;
                           });

static Role g_free_twice("free twice",
                         []
                         {
                             void *object = kmalloc_nolock(64, 0, NUMA_NO_NODE);
                             kfree_nolock(object);
                             kfree_nolock(object);
                             return 0;
                         });

TEST(OptionAbort, EndsTheProcessAfterTheReport)
{
    ChildResult result = run_role("free twice", "abort");
    EXPECT_EQ(result.signal, SIGABRT) << result.complaint();
    EXPECT_EQ(reports_in(result.error), 1) << result.error;
    EXPECT_EQ(run_role("free twice", "").complaint(), "");
}

TEST(OptionAbort, EndsTheProcessIfItsFirstCallIsBad)
{
    ChildResult result = run_role("free a local", "abort");
    EXPECT_EQ(result.signal, SIGABRT) << result.complaint();
    EXPECT_EQ(reports_in(result.error), 1) << result.error;
    EXPECT_EQ(run_role("free a local", "").complaint(), "");
}

static Role g_use_it("use it",
                     []
                     {
                         void *object = kmalloc_nolock(64, 0, NUMA_NO_NODE);
                         kfree_nolock(object);
                         return object != nullptr ? 0 : 1;
                     });

TEST(OptionWords, ThatAreUnknownAreReportedAndSkipped)
{
    ChildResult result = run_role("use it", "nonsense,threads=3,arena=x");
    EXPECT_EQ(result.complaint(), "");
    EXPECT_EQ(reports_in(result.error), 1) << result.error;
    EXPECT_EQ(run_role("use it", "threads=3,arena=2m,abort").error, "");
    EXPECT_EQ(run_role("use it", "").error, "");
}

static Role g_small("small",
                    []
                    {
                        struct nolockalloc_stats before = counters();
                        kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
                        struct nolockalloc_stats after = counters();
                        return before.arena_bytes == 0 && after.arena_bytes == 2u << 20 &&
                                       after.thread_blocks == 3
                                   ? 0
                                   : 1;
                    });

TEST(OptionSizes, AreSeenInTheStats)
{
    EXPECT_EQ(run_role("small", "arena=2m,threads=3").complaint(), "");
    EXPECT_EQ(run_role("small", "threads=3,arena=2048k").complaint(), "");
}
