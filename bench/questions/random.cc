// SPDX-License-Identifier: MIT
//
// What does a pair cost when sizes and lifetimes are random: of many live objects one, chosen at
// random, is freed and replaced by one of 8 to 8192 bytes, each size as probable as any other?
#include "random.h"
#include "question.h"

#include <vector>

static void random_sizes(benchmark::State &state)
{
    std::size_t live = static_cast<std::size_t>(state.range(0));
    std::vector<void *> objects(live);
    Random random(0x9e3779b97f4a7c15u);
    auto fresh = [&random]
    {
        void *object = door::allocate(random.next(smallest_size, largest_size));
        touch(object);
        return object;
    };
    for (void *&object : objects)
    {
        object = fresh();
    }
    for (auto _ : state)
    {
        void *&object = objects[random.high(static_cast<std::uint32_t>(live))];
        door::release(object);
        object = fresh();
    }
    for (void *object : objects)
    {
        door::release(object);
    }
    report(state, 1);
}
BENCHMARK(random_sizes)->ArgName("live")->Arg(10000);
