// SPDX-License-Identifier: MIT
//
// The storm: four threads per core, each interrupted by two timers that its handlers wind up again
// as fast as the kernel delivers, handlers interrupting handlers. All of them take objects out of
// one table of slots and put others in, so most frees are remote. Each object's bytes are written
// and checked. NLA_STORM_SECONDS says how long (10).
#include "counters.h"
#include "marked_objects.h"
#include "storm.h"

#include <atomic>
#include <thread>
#include <unistd.h>

namespace
{
const Door *g_door;

struct Worker
{
    explicit Worker(uint64_t seed) : random(seed)
    {
    }
    Random random; // a handler may disturb the sequence: it is still random
    std::atomic<uint64_t> operations{0}, in_handlers{0}, deepest{0};
    int depth = 0;
    const ThreadTimer *timer[2] = {};
};
thread_local Worker *t_worker;

void operate(Worker &worker)
{
    exchange_one(*g_door, *g_door, worker.random, 5);
    worker.operations++;
}

void on_timer(int signal_number, siginfo_t *, void *)
{
    Worker *worker = t_worker;
    if (worker == nullptr)
        return;
    uint64_t depth = uint64_t(++worker->depth);
    if (depth > worker->deepest)
        worker->deepest = depth;
    for (int i = 0; i < 3; i++)
        operate(*worker);
    worker->in_handlers += 3;
    worker->depth--;
    worker->timer[signal_number == SIGALRM]->wind(2000 + long(worker->random.below(20000)));
}

void work(Worker &worker, const std::atomic<bool> &done)
{
    ThreadTimer profile(SIGPROF, CLOCK_MONOTONIC), alarm(SIGALRM, CLOCK_MONOTONIC);
    worker.timer[0] = &profile;
    worker.timer[1] = &alarm;
    t_worker = &worker;
    profile.wind(10000);
    alarm.wind(10000);
    while (!done)
        operate(worker);
    t_worker = nullptr;
}

struct Totals
{
    uint64_t operations = 0, in_handlers = 0, deepest = 0;
};

Totals sum(const std::vector<std::unique_ptr<Worker>> &workers)
{
    Totals totals;
    for (const auto &worker : workers)
    {
        totals.operations += worker->operations;
        totals.in_handlers += worker->in_handlers;
        totals.deepest = std::max<uint64_t>(totals.deepest, worker->deepest);
    }
    return totals;
}

void show(unsigned second, const Totals &totals)
{
    printf("%3u s: %10lu operations, %9lu in handlers, %lu deep; retries %lu, direct %lu, deferred "
           "%lu; NULL %lu, damaged %lu\n",
           second, totals.operations, totals.in_handlers, totals.deepest,
           count(&BucketStats::bucket_retry), count(&BucketStats::alloc_direct),
           count(&BucketStats::defer_free), wrongs().nulls.load(), wrongs().damaged.load());
    fflush(stdout);
}
} // namespace

// The storm's own eyes: a byte that changed, and an object that two owners think theirs.
TEST(StormControl, SeesDamageAndObjectsOwnedTwice)
{
    alignas(64) static uint8_t memory[KMALLOC_MAX_CACHE_SIZE];
    static const Door nowhere = {"nowhere", [](size_t, gfp_t, int) -> void * { return memory; },
                                 [](const void *) {}};
    Random random(1);
    uint64_t sound = allocate_marked(nowhere, random);
    free_marked(nowhere, sound);
    EXPECT_EQ(wrongs().damaged, 0u);
    uint64_t hurt = allocate_marked(nowhere, random);
    memory[0] ^= 1;
    free_marked(nowhere, hurt);
    EXPECT_EQ(wrongs().damaged, 1u);
    uint64_t first = allocate_marked(nowhere, random), second = allocate_marked(nowhere, random);
    free_marked(nowhere, first);
    free_marked(nowhere, second);
    EXPECT_GE(wrongs().damaged, 2u);
    wrongs().damaged = wrongs().not_zero = 0;
}

class Storm : public EveryDoor
{
};
THROUGH_BOTH_DOORS(Storm);

TEST_P(Storm, LeavesEveryByteRightAndNothingBehind)
{
    unsigned seconds = storm_seconds(10) / 2 + 1; // one half for each door
    g_door = &door;
    Handling profile(SIGPROF, on_timer, SA_NODEFER), alarm(SIGALRM, on_timer, SA_NODEFER);
    std::atomic<bool> done{false};
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4 * std::thread::hardware_concurrency(); t++)
    {
        workers.push_back(std::make_unique<Worker>(t + 1));
        threads.emplace_back(work, std::ref(*workers.back()), std::cref(done));
    }
    for (unsigned second = 1; second <= seconds; second++)
    {
        sleep(1);
        show(second, sum(workers));
    }
    done = true;
    for (std::thread &thread : threads)
        thread.join();
    empty_the_table(door);
    Totals totals = sum(workers);
    EXPECT_GT(totals.in_handlers, 0u) << "no handler ever ran: this proves nothing";
    EXPECT_EQ(wrongs().nulls, 0u);
    EXPECT_EQ(wrongs().damaged, 0u);
    EXPECT_EQ(wrongs().not_zero, 0u);
    EXPECT_EQ(counters().reports, 0u);
    EXPECT_EQ(complaint_after_trim(), "");
    EXPECT_EQ(counters().thread_blocks_in_use, 1u);
}
