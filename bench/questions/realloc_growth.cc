// SPDX-License-Identifier: MIT
//
// What does growth cost: a buffer of 16 bytes grows by half each time, until it has so many bytes?
// The caller writes what is new, as one does who appends. Where a door has no realloc, growth is a
// new object and a copy. A figure is for one step.
#include "question.h"

#include <cstring>

static void realloc_growth(benchmark::State &state)
{
    constexpr std::size_t first_size = 16;
    std::size_t last_size = static_cast<std::size_t>(state.range(0));
    if (last_size > door::largest)
    {
        return not_asked(state);
    }
    std::size_t steps = 0;
    for (auto _ : state)
    {
        steps = 0;
        std::size_t size = first_size;
        char *buffer = static_cast<char *>(door::allocate(size));
        std::memset(buffer, 1, size);
        while (size + size / 2 <= last_size)
        {
            std::size_t larger = size + size / 2;
            buffer = static_cast<char *>(door::resize(buffer, size, larger));
            std::memset(buffer + size, 1, larger - size);
            size = larger;
            steps++;
        }
        benchmark::DoNotOptimize(buffer[size - 1]);
        door::release(buffer);
    }
    report(state, static_cast<double>(steps));
}
BENCHMARK(realloc_growth)->ArgName("to")->Arg(8192)->Arg(4 << 20);
