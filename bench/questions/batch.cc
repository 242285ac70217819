// SPDX-License-Identifier: MIT
//
// What does a pair cost when many objects live at once: a batch is allocated, then freed in the
// same order? 64 objects are a little more than a thread keeps for itself in many allocators; 1000
// are much more.
#include "question.h"

#include <vector>

static void batch(benchmark::State &state)
{
    constexpr std::size_t size = 64;
    std::vector<void *> objects(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state)
    {
        for (void *&object : objects)
        {
            object = door::allocate(size);
            touch(object);
        }
        for (void *object : objects)
        {
            door::release(object);
        }
    }
    report(state, static_cast<double>(objects.size()));
}
BENCHMARK(batch)->Arg(64)->Arg(1000);
