// SPDX-License-Identifier: MIT
//
// Steps through a malloc and a free that find the thread's array as they want it, of each kind of
// size that a bucket serves. Prints how many instructions they take, and "at OFFSET" for each
// instruction of the library that was executed.
#include "malloc_door.h"
#include "stepper/stepper.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <set>

namespace
{
stepper::Trace g_trace;
size_t g_size;
void *g_object;
std::set<uintptr_t> *g_executed;

size_t step(stepper::Call call)
{
    stepper::trace(call, nullptr, g_trace);
    for (size_t i = 0; i < g_trace.count; i++)
        g_executed->insert(g_trace.boundary[i].pc - stepper::library_base());
    return g_trace.count;
}

// "28", or which of the sizes need how many.
void print(const char *what, const std::set<size_t> &counts)
{
    printf("%s:", what);
    for (size_t count : counts)
        printf(" %zu", count);
    printf(" instructions\n");
}
} // namespace

int main()
{
    g_executed = new std::set<uintptr_t>;
    std::set<size_t> allocations, frees;
    for (g_size = 1; g_size <= 32768; g_size = g_size * 5 / 4 + 1)
    {
        void *one = opaque(malloc(g_size));
        void *other = opaque(malloc(g_size));
        free(one);
        free(other);
        allocations.insert(step([](void *) { g_object = opaque(malloc(g_size)); }));
        frees.insert(step([](void *) { free(opaque(g_object)); }));
    }
    print("malloc", allocations);
    print("free", frees);
    for (uintptr_t offset : *g_executed)
        printf("at %" PRIxPTR "\n", offset);
    return 0;
}
