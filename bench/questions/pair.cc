// SPDX-License-Identifier: MIT
//
// What does a pair cost: one allocation, one write, one free? One size for each bucket.
#include "question.h"

static void pair(benchmark::State &state)
{
    std::size_t size = static_cast<std::size_t>(state.range(0));
    for (auto _ : state)
    {
        void *object = door::allocate(size);
        touch(object);
        door::release(object);
    }
    report(state, 1);
}
BENCHMARK(pair)
    ->Arg(8)
    ->Arg(16)
    ->Arg(32)
    ->Arg(64)
    ->Arg(96)
    ->Arg(128)
    ->Arg(192)
    ->Arg(256)
    ->Arg(512)
    ->Arg(1024)
    ->Arg(2048)
    ->Arg(4096)
    ->Arg(8192);
