// SPDX-License-Identifier: MIT
//
// What the questions with two threads share.
#ifndef BENCH_THREADS_H
#define BENCH_THREADS_H

#include <thread>

/* Waits for another thread, and lets it have the CPU if it seems to need this one. */
template <typename Condition> void wait_until(Condition condition)
{
    constexpr int glances = 1000;
    for (int i = 0; !condition(); i++)
    {
        if (i % glances == glances - 1)
        {
            std::this_thread::yield();
        }
    }
}

#endif
