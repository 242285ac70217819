// SPDX-License-Identifier: MIT
//
// The storm: four threads per core, each interrupted by two timers that its handlers wind up again
// as fast as the kernel delivers, handlers interrupting handlers. All of them take objects out of
// one table of slots and put others in, so most frees are remote. Each object's bytes are written
// and checked. NLA_STORM_SECONDS says how long (10).
#include "counters.h"
#include "doors.h"
#include "signals.h"
#include "storm.h"

#include <atomic>
#include <cstring>
#include <thread>
#include <unistd.h>

namespace
{
constexpr size_t kSlots = 8192;

// address >> 3 (44 bits), size (14 bits), a mark that tells two owners of one object apart (6 bits)
std::atomic<uint64_t> g_slots[kSlots];
const Door *g_door;
std::atomic<uint64_t> g_nulls, g_damaged, g_not_zero, g_threads_done;

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

uint64_t pack(const uint8_t *object, size_t size, uint64_t mark)
{
    return uintptr_t(object) >> 3 | uint64_t(size) << 44 | mark << 58;
}

uint8_t byte_of(uint64_t packed, size_t at)
{
    return uint8_t((packed * 0x9e3779b97f4a7c15u >> 56) + at * 3 + (at >> 8));
}

uint64_t allocate_one(Random &random)
{
    size_t limit = random.below(16) == 0 ? KMALLOC_MAX_CACHE_SIZE : 300;
    size_t size = 1 + random.below(limit);
    gfp_t flags = random.below(4) == 0 ? __GFP_ZERO : 0;
    auto *object = static_cast<uint8_t *>(g_door->allocate(size, flags, NUMA_NO_NODE));
    if (object == nullptr)
    {
        g_nulls++;
        return 0;
    }
    for (size_t i = 0; flags != 0 && i < size; i++)
        g_not_zero += object[i] != 0;
    uint64_t packed = pack(object, size, random.below(64));
    for (size_t i = 0; i < size; i++)
        object[i] = byte_of(packed, i);
    return packed;
}

void free_one(uint64_t packed)
{
    auto *object = reinterpret_cast<uint8_t *>((packed & ((uint64_t(1) << 44) - 1)) << 3);
    size_t size = packed >> 44 & 0x3fff;
    bool damaged = false;
    for (size_t i = 0; i < size; i++)
        damaged |= object[i] != byte_of(packed, i);
    g_damaged += damaged;
    memset(object, 0xdd, size);
    g_door->free(object);
}

// Whoever exchanges a slot owns what was in it.
void operate(Worker &worker)
{
    uint64_t put = worker.random.below(8) < 5 ? allocate_one(worker.random) : 0;
    uint64_t got = g_slots[worker.random.below(kSlots)].exchange(put);
    if (got != 0)
        free_one(got);
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
    g_threads_done++;
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
           count(&BucketStats::defer_free), g_nulls.load(), g_damaged.load());
    fflush(stdout);
}
} // namespace

// The storm's own eyes: a byte that changed, and an object that two owners think theirs.
TEST(StormControl, SeesDamageAndObjectsOwnedTwice)
{
    alignas(64) static uint8_t memory[KMALLOC_MAX_CACHE_SIZE];
    static const Door nowhere = {"nowhere", [](size_t, gfp_t, int) -> void * { return memory; },
                                 [](const void *) {}};
    g_door = &nowhere;
    Random random(1);
    uint64_t sound = allocate_one(random);
    free_one(sound);
    EXPECT_EQ(g_damaged, 0u);
    uint64_t hurt = allocate_one(random);
    memory[0] ^= 1;
    free_one(hurt);
    EXPECT_EQ(g_damaged, 1u);
    uint64_t first = allocate_one(random), second = allocate_one(random);
    free_one(first);
    free_one(second);
    EXPECT_GE(g_damaged, 2u);
    g_damaged = g_not_zero = 0;
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
    for (std::atomic<uint64_t> &slot : g_slots)
        if (uint64_t packed = slot.exchange(0))
            free_one(packed);
    Totals totals = sum(workers);
    EXPECT_GT(totals.in_handlers, 0u) << "no handler ever ran: this proves nothing";
    EXPECT_EQ(g_nulls, 0u);
    EXPECT_EQ(g_damaged, 0u);
    EXPECT_EQ(g_not_zero, 0u);
    EXPECT_EQ(counters().reports, 0u);
    EXPECT_EQ(complaint_after_trim(), "");
    EXPECT_EQ(counters().thread_blocks_in_use, 1u);
}
