// SPDX-License-Identifier: MIT
//
// Many threads: frees on another thread, producer and consumer, threads that come and go.
#include "counters.h"
#include "ledger.h"
#include "process_memory.h"
#include "signals.h"

#include <atomic>
#include <thread>
#include <unistd.h>

class Threads : public EveryDoor
{
};
THROUGH_BOTH_DOORS(Threads);

namespace
{
// A ring of objects from one thread to another.
struct Ring
{
    static constexpr size_t kSlots = 1024;
    std::atomic<size_t> put{0}, taken{0};
    Object slot[kSlots];

    void push(const Object &object)
    {
        while (put - taken == kSlots)
            std::this_thread::yield();
        slot[put % kSlots] = object;
        put++;
    }
    Object pop()
    {
        while (put == taken)
            std::this_thread::yield();
        Object object = slot[taken % kSlots];
        taken++;
        return object;
    }
};
} // namespace

TEST_P(Threads, MayFreeWhatAnotherThreadAllocated)
{
    Ledger ledger(door, 20000);
    for (int i = 0; i < 1000; i++)
        for (size_t bucket : kBuckets)
            ledger.allocate(bucket);
    std::thread([&] { ledger.free_all(); }).join();
    EXPECT_EQ(ledger.complaint(), nullptr);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Threads, OneMayProduceWhatTheOtherConsumes)
{
    constexpr int kObjects = 200000;
    static Ring ring;
    uint64_t puts = count(&BucketStats::barn_put, 64), gets = count(&BucketStats::barn_get, 64);
    std::atomic<bool> damaged{false};
    std::thread consumer(
        [&]
        {
            for (int i = 0; i < kObjects; i++)
            {
                Object object = ring.pop();
                if (!has_pattern(object))
                    damaged = true;
                door.free(object.start);
            }
        });
    Ledger ledger(door, 4);
    for (int i = 0; i < kObjects; i++)
    {
        ledger.allocate(64);
        ring.push(ledger.give_away());
    }
    consumer.join();
    EXPECT_FALSE(damaged);
    EXPECT_EQ(ledger.complaint(), nullptr);
    EXPECT_GT(count(&BucketStats::barn_put, 64), puts) << "no batch went to another thread";
    EXPECT_GT(count(&BucketStats::barn_get, 64), gets) << "no batch came from another thread";
    struct nolockalloc_stats stats = counters();
    EXPECT_LT(stats.slab_bytes, 4u << 20) << "200,000 objects passed, some 1,000 at a time";
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Threads, AllAllocateAndFreeAtTheSameTime)
{
    constexpr int kThreads = 8;
    std::vector<std::thread> threads;
    std::atomic<int> complaints{0};
    for (int t = 0; t < kThreads; t++)
        threads.emplace_back(
            [&, t]
            {
                Random random(t);
                Ledger ledger(door, 40000);
                for (int i = 0; i < 30000; i++)
                {
                    ledger.allocate(1 + random.below(random.below(8) == 0 ? 8192 : 600));
                    if (ledger.size() > 200)
                        random.below(2) ? ledger.free_oldest() : ledger.free_newest();
                }
                ledger.check();
                ledger.free_all();
                complaints += ledger.complaint() != nullptr;
            });
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_EQ(complaints, 0);
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Threads, TenThousandShortOnesLeaveNothingBehind)
{
    auto live_shortly = [&](int threads)
    {
        for (int i = 0; i < threads; i += 4)
        {
            std::thread four[4];
            for (std::thread &one : four)
                one = std::thread(
                    [&]
                    {
                        for (size_t bucket : kBuckets)
                            door.free(allocate(bucket));
                    });
            for (std::thread &one : four)
                one.join();
        }
    };
    uint64_t high = std::max<uint64_t>(counters().thread_blocks_high, 6);
    live_shortly(1000);
    size_t resident = bytes_of_this_process(Statm::Resident);
    struct nolockalloc_stats before = counters();
    live_shortly(10000);
    struct nolockalloc_stats after = counters();
    EXPECT_LE(after.thread_blocks_high, high) << "four threads at a time, and this one";
    EXPECT_LE(after.thread_blocks_in_use, 1u);
    EXPECT_LE(after.slab_bytes, before.slab_bytes + 13 * kSlabBytes);
    EXPECT_LE(bytes_of_this_process(Statm::Resident), resident + (2u << 20));
    EXPECT_EQ(complaint_after_trim(), "");
}

TEST_P(Threads, ObjectsOutliveTheirThread)
{
    Ledger ledger(door, 5000);
    for (int t = 0; t < 20; t++)
        std::thread(
            [&]
            {
                for (size_t bucket : kBuckets)
                    for (int i = 0; i < 10; i++)
                        ledger.allocate(bucket);
            })
            .join();
    ledger.check();
    EXPECT_EQ(overlap_in({&ledger}), "");
    ledger.free_all();
    EXPECT_EQ(ledger.complaint(), nullptr);
    EXPECT_EQ(complaint_after_trim(), "");
}
