// SPDX-License-Identifier: MIT
#include "workers.h"

#include "objects.h"
#include "stops.h"

#include <algorithm>
#include <pthread.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace soak
{
namespace
{
constexpr size_t kSteady = 4;
constexpr size_t kChurners = 2;
constexpr uint64_t kLongestLife = 600; // operations of a thread that ends
const int kSignals[2] = {SIGPROF, SIGRTMIN};

struct Worker
{
    explicit Worker(uint64_t seed) : random(seed)
    {
    }
    Random random; // a handler may disturb the sequence: it is still random
    int depth = 0;
    const ThreadTimer *timer[2] = {};
};

thread_local Worker *t_worker;
std::atomic<bool> g_done;
std::atomic<unsigned> g_filling{5};
std::atomic<uint64_t> g_operations, g_in_handlers, g_deepest, g_threads;
std::vector<std::thread> g_workers;

void on_timer(int signal_number, siginfo_t *, void *)
{
    Worker *worker = t_worker;
    if (worker == nullptr)
        return;
    uint64_t depth = uint64_t(++worker->depth);
    if (depth > g_deepest)
        g_deepest = depth;
    for (int i = 0; i < 3; i++)
        exchange_by_any_door(worker->random, g_filling);
    g_in_handlers += 3;
    worker->depth--;
    long nanoseconds = 5000 + long(worker->random.below(100000));
    worker->timer[signal_number == kSignals[1]]->wind(nanoseconds);
}

void work(Worker &worker, size_t place, uint64_t most)
{
    ThreadTimer profile(kSignals[0], CLOCK_MONOTONIC), other(kSignals[1], CLOCK_MONOTONIC);
    worker.timer[0] = &profile;
    worker.timer[1] = &other;
    t_worker = &worker;
    may_be_stopped(place);
    profile.wind(10000);
    other.wind(15000);
    uint64_t done = 0;
    for (; done < most && !g_done; done++)
        exchange_by_any_door(worker.random, g_filling);
    t_worker = nullptr;
    may_not_be_stopped();
    g_operations += done;
}

void work_steadily(size_t place)
{
    g_threads++;
    for (uint64_t round = 0; !g_done; round++) // counted from time to time
    {
        Worker worker(place + 1 + round * 100);
        work(worker, place, 20000);
    }
}

struct ShortLife
{
    size_t place;
    uint64_t seed;
};

// One of eight ends without a word to the C library, and so to the allocator.
void *live_shortly(void *argument)
{
    const auto &life = *static_cast<ShortLife *>(argument);
    Worker worker(life.seed);
    work(worker, life.place, 1 + worker.random.below(kLongestLife));
    if (life.seed % 8 == 0)
        syscall(SYS_exit, 0);
    return nullptr;
}

// Two at a time, so that thread blocks pass between threads that know nothing of each other.
void make_threads(size_t place)
{
    for (uint64_t seed = place << 40; !g_done; seed += 2)
    {
        ShortLife lives[2] = {{place, seed}, {place + 1, seed + 1}};
        pthread_t threads[2];
        bool made[2];
        for (int i = 0; i < 2; i++)
        {
            made[i] = pthread_create(&threads[i], nullptr, live_shortly, &lives[i]) == 0;
            failures().stuck += !made[i];
            g_threads += made[i];
        }
        for (int i = 0; i < 2; i++)
            if (made[i])
                pthread_join(threads[i], nullptr);
    }
}
} // namespace

Progress progress()
{
    return {g_operations + g_in_handlers, g_in_handlers, g_deepest, g_threads, stops()};
}

void set_filling(unsigned of_eight)
{
    g_filling = of_eight;
}

void start_workers()
{
    for (int signal_number : kSignals)
    {
        struct sigaction action = {};
        action.sa_sigaction = on_timer;
        action.sa_flags = SA_SIGINFO | SA_RESTART | SA_NODEFER;
        sigaction(signal_number, &action, nullptr);
    }
    for (size_t i = 0; i < kSteady; i++)
        g_workers.emplace_back(work_steadily, i);
    for (size_t i = 0; i < kChurners; i++)
        g_workers.emplace_back(make_threads, kSteady + 2 * i);
    start_stopping(kSteady + 2 * kChurners);
}

void stop_workers()
{
    end_stopping();
    g_done = true;
    for (std::thread &worker : g_workers)
        worker.join();
}
} // namespace soak
