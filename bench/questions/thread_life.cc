// SPDX-License-Identifier: MIT
//
// What does a thread cost that starts, makes one pair, and ends?
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

static void thread_life(benchmark::State &state)
{
    for (auto _ : state)
    {
        pthread_t thread;
        if (pthread_create(&thread, nullptr, live, nullptr) != 0)
        {
            state.SkipWithError("pthread_create");
            break;
        }
        pthread_join(thread, nullptr);
    }
    report(state, 1);
}
BENCHMARK(thread_life)->UseRealTime();
