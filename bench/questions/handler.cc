// SPDX-License-Identifier: MIT
//
// What does a pair cost in a signal handler? Malloc's way is to block all signals around every
// call, in the handler and in the program that it interrupts. A delivery is shared by a thousand
// pairs.
#include "question.h"

#include <csignal>

namespace
{

constexpr std::size_t object_size = 64;
constexpr int pairs_per_delivery = 1000;

void on_signal(int)
{
    for (int i = 0; i < pairs_per_delivery; i++)
    {
        void *object = door::allocate_anywhere(object_size);
        touch(object);
        door::release_anywhere(object);
    }
}

} // namespace

static void handler(benchmark::State &state)
{
    struct sigaction action = {};
    struct sigaction before = {};
    action.sa_handler = on_signal;
    sigaction(SIGUSR1, &action, &before);
    for (auto _ : state)
    {
        raise(SIGUSR1);
    }
    sigaction(SIGUSR1, &before, nullptr);
    report(state, pairs_per_delivery);
}
BENCHMARK(handler);
