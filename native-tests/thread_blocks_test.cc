// SPDX-License-Identifier: MIT
//
// More threads than thread blocks: the others are served without arrays.
#include "child.h"
#include "counters.h"
#include "ledger.h"
#include "signals.h"

#include <atomic>
#include <thread>

static RunUnderOptions g_options("threads=2");

class ThreadWithoutABlock : public EveryDoor
{
};
THROUGH_BOTH_DOORS(ThreadWithoutABlock);

TEST_P(ThreadWithoutABlock, IsServedByTheSlabs)
{
    constexpr int kThreads = 6;
    std::atomic<int> ready{0}, complaints{0};
    door.free(allocate(64));
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; t++)
        threads.emplace_back(
            [&]
            {
                Ledger ledger(door, 2000);
                ledger.allocate(64); // who is first has the second block
                ready++;
                while (ready < kThreads)
                    std::this_thread::yield();
                for (int i = 0; i < 1300; i++)
                    ledger.allocate(kBuckets[i % NOLOCKALLOC_BUCKETS], i % 2 ? __GFP_ZERO : 0);
                ledger.check();
                ledger.free_all();
                complaints += ledger.complaint() != nullptr;
            });
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(complaints, 0);
    struct nolockalloc_stats stats = counters();
    EXPECT_EQ(stats.thread_blocks, 2u);
    EXPECT_LE(stats.thread_blocks_high, 2u);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(ThreadWithoutABlock, GetsOneThatBecameFree)
{
    door.free(allocate(64));
    for (int i = 0; i < 10; i++)
        std::thread([&] { door.free(allocate(64)); }).join();
    uint64_t fast = count(&BucketStats::free_fastpath, 64);
    std::thread([&] { door.free(allocate(64)); }).join();
    EXPECT_GT(count(&BucketStats::free_fastpath, 64), fast);
    EXPECT_EQ(complaint_after_trim(), "");
}
