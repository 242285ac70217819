// SPDX-License-Identifier: MIT
//
// The fast paths of malloc and free, counted from the first instruction of the entry to its return.
#include "malloc_door.h"
#include "stepper/stepper.h"

#include <cstdlib>

namespace
{
constexpr size_t kMostToAllocate = 28;
constexpr size_t kMostToFree = 41;

stepper::Trace g_trace;
void *g_object;
size_t g_size;
} // namespace

TEST(FastPath, OfMallocAndFreeIsShortInEveryBucket)
{
    for (g_size = 1; g_size <= 32768; g_size = g_size * 5 / 4 + 1)
    {
        void *one = opaque(malloc(g_size));
        void *other = opaque(malloc(g_size));
        free(one);
        free(other);
        stepper::trace([](void *) { g_object = opaque(malloc(g_size)); }, nullptr, g_trace);
        EXPECT_GT(g_trace.count, 15u);
        EXPECT_LE(g_trace.count, kMostToAllocate) << g_size;
        stepper::trace([](void *) { free(opaque(g_object)); }, nullptr, g_trace);
        EXPECT_GT(g_trace.count, 15u);
        EXPECT_LE(g_trace.count, kMostToFree) << g_size;
        stepper::trace([](void *) { g_object = opaque(operator new(g_size)); }, nullptr, g_trace);
        EXPECT_LE(g_trace.count, kMostToAllocate) << g_size;
        stepper::trace([](void *) { operator delete(opaque(g_object)); }, nullptr, g_trace);
        EXPECT_LE(g_trace.count, kMostToFree) << g_size;
    }
}
