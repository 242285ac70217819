// SPDX-License-Identifier: MIT
//
// Does a pair cost more in a large heap? So much memory is in objects of 8 to 8192 bytes, with
// holes in it where every fourth object was freed again; then a thousand objects of 8 to 1024 bytes
// are allocated and freed, over and over, more than a thread keeps for itself. The large heap is
// not touched meanwhile: what caches and page tables cost is not the allocator's.
#include "random.h"
#include "question.h"

#include <algorithm>
#include <vector>

namespace
{

constexpr std::size_t page_bytes = 4096;
constexpr std::size_t transient_objects = 1000;
constexpr std::size_t largest_transient = 1024;
constexpr std::size_t one_hole_in = 4;

/* Writes to every page, so that the object is in memory. */
void *resident(std::size_t size)
{
    char *object = static_cast<char *>(door::allocate(size));
    for (std::size_t at = 0; at < size; at += page_bytes)
    {
        touch(object + std::min(at, size - sizeof(std::uint64_t)));
    }
    return object;
}

std::vector<void *> heap_with_holes(std::size_t bytes, Random &random)
{
    std::vector<void *> heap;
    heap.reserve(2 * bytes / largest_size * one_hole_in / (one_hole_in - 1) + transient_objects);
    for (std::size_t allocated = 0; allocated / one_hole_in * (one_hole_in - 1) < bytes;)
    {
        std::size_t size = random.next(smallest_size, largest_size);
        heap.push_back(resident(size));
        allocated += size;
    }
    for (std::size_t i = 0; i < heap.size(); i += one_hole_in)
    {
        door::release(heap[i]);
        heap[i] = nullptr;
    }
    return heap;
}

} // namespace

static void live_set(benchmark::State &state)
{
    if (!door::keeps_objects)
    {
        return not_asked(state);
    }
    Random random(0x9e3779b97f4a7c15u);
    std::vector<void *> heap =
        heap_with_holes(static_cast<std::size_t>(state.range(0)) * mebibyte, random);
    std::vector<void *> objects(transient_objects);
    for (auto _ : state)
    {
        for (void *&object : objects)
        {
            object = door::allocate(random.next(smallest_size, largest_transient));
            touch(object);
        }
        for (void *object : objects)
        {
            door::release(object);
        }
    }
    report(state, transient_objects);
    for (void *object : heap)
    {
        if (object != nullptr)
        {
            door::release(object);
        }
    }
}
BENCHMARK(live_set)
    ->ArgName("mebibytes")
    ->Arg(1)
    ->Arg(64)
    ->Arg(1024)
    ->Arg(8192)
    ->Iterations(300); // in one go: a large heap takes seconds to build
