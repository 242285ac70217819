// SPDX-License-Identifier: MIT
//
// What does a thread cost that starts, makes one pair, and ends, one after the other? Does memory
// stay flat?
#include "process.h"
#include "question.h"

#include <pthread.h>

static void *live(void *)
{
    constexpr std::size_t size = 64;
    void *object = door::allocate(size);
    touch(object);
    door::release(object);
    return nullptr;
}

static bool live_and_die()
{
    pthread_t thread;
    return pthread_create(&thread, nullptr, live, nullptr) == 0 &&
           pthread_join(thread, nullptr) == 0;
}

static void thread_life(benchmark::State &state)
{
    constexpr int warm_up = 100;
    for (int i = 0; i < warm_up; i++)
    {
        live_and_die();
    }
    std::size_t before = resident_bytes();
    for (auto _ : state)
    {
        for (std::int64_t i = 0; i < state.range(0); i++)
        {
            if (!live_and_die())
            {
                return state.SkipWithError("a thread could not be started");
            }
        }
    }
    std::size_t after = resident_bytes();
    remark(state, "KiB of growth", after < before ? 0 : static_cast<double>(after - before) / 1024);
    report(state, static_cast<double>(state.range(0)));
}
BENCHMARK(thread_life)->ArgName("lives")->Arg(100)->Arg(100000)->UseRealTime();
