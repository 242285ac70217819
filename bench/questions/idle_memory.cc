// SPDX-License-Identifier: MIT
//
// What becomes of memory that nobody uses any more? 64 MiB in objects of 8 to 8192 bytes are
// allocated, written at both ends and freed, then the allocator is asked to give back what it can.
// The figure is the time of that request; the remarks say what is resident, beyond what was before,
// in use, when all is freed, and after the request.
#include "random.h"
#include "process.h"
#include "question.h"

#include <vector>

namespace
{

constexpr std::size_t bytes_in_use = 64 * mebibyte;

double mebibytes_since(std::size_t before)
{
    std::size_t now = resident_bytes();
    return now < before ? 0 : static_cast<double>(now - before) / mebibyte;
}

} // namespace

static void idle_memory(benchmark::State &state)
{
    if (!door::can_trim)
    {
        return not_asked(state);
    }
    std::vector<char *> objects;
    objects.reserve(2 * bytes_in_use / largest_size + 1000);
    door::release(door::allocate(smallest_size));
    for (auto _ : state)
    {
        state.PauseTiming();
        Random random(0x9e3779b97f4a7c15u);
        std::size_t before = resident_bytes();
        for (std::size_t bytes = 0; bytes < bytes_in_use;)
        {
            std::size_t size = random.next(smallest_size, largest_size);
            objects.push_back(static_cast<char *>(door::allocate(size)));
            touch(objects.back());
            objects.back()[size - 1] = 1;
            bytes += size;
        }
        remark(state, "MiB in use", mebibytes_since(before));
        for (char *object : objects)
        {
            door::release(object);
        }
        objects.clear();
        remark(state, "MiB freed", mebibytes_since(before));
        state.ResumeTiming();
        door::trim();
        state.PauseTiming();
        remark(state, "MiB trimmed", mebibytes_since(before));
        state.ResumeTiming();
    }
    report(state, 1);
}
BENCHMARK(idle_memory)->Iterations(1);
