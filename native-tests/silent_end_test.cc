// SPDX-License-Identifier: MIT
//
// Threads that end without a word to the C library (SYS_exit) leave their blocks to later threads,
// however many others live on: there are never many more blocks than threads lived at a time.
#include "child.h"
#include "counters.h"

#include <atomic>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace
{
constexpr int kEnds = 3000;

void *use_and_end(void *)
{
    kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
    syscall(SYS_exit, 0);
    return nullptr;
}

// Threads that have blocks and stay.
class Staying
{
  public:
    explicit Staying(int threads)
    {
        for (int t = 0; t < threads; t++)
            _threads.emplace_back(
                [this]
                {
                    kfree_nolock(kmalloc_nolock(64, 0, NUMA_NO_NODE));
                    _ready++;
                    while (!_done)
                        usleep(10000);
                });
        while (_ready < threads)
            std::this_thread::yield();
    }
    ~Staying()
    {
        _done = true;
        for (std::thread &thread : _threads)
            thread.join();
    }

  private:
    std::vector<std::thread> _threads;
    std::atomic<int> _ready{0};
    std::atomic<bool> _done{false};
};

uint64_t blocks_needed(int staying)
{
    Staying threads(staying);
    for (int i = 0; i < kEnds; i++)
    {
        pthread_t thread;
        if (pthread_create(&thread, nullptr, use_and_end, nullptr) != 0)
            return UINT64_MAX;
        pthread_join(thread, nullptr);
    }
    return counters().thread_blocks_high;
}
} // namespace

class SilentEnd : public testing::TestWithParam<int>
{
};
INSTANTIATE_TEST_SUITE_P(Staying, SilentEnd, testing::Values(0, 1, 4, 6, 8, 12, 50));

TEST_P(SilentEnd, OfThousandsOfThreadsTakesFewBlocks)
{
    ChildResult result = run_in_child(
        []
        {
            uint64_t blocks = blocks_needed(GetParam());
            fprintf(stderr, "%lu blocks for %d threads\n", blocks, GetParam() + 1);
            return blocks <= uint64_t(2 * GetParam() + 8) ? 0 : 1;
        },
        60);
    EXPECT_EQ(result.complaint(), "");
}
