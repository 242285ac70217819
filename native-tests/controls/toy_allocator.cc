// SPDX-License-Identifier: MIT
#include "toy_allocator.h"

#include <cstdint>

namespace
{
constexpr size_t kObjects = 512;
alignas(64) char g_pool[2][kObjects][64];
char *g_stack[kObjects];
volatile size_t g_top;
volatile int g_busy;
char *g_deferred[kObjects];
volatile size_t g_deferred_count;
size_t g_fallback_next;
Toy g_variant;

// What goes wrong with the count goes wrong within the array.
char *&slot(size_t index)
{
    return g_stack[index % kObjects];
}

void take_back_deferred()
{
    size_t last = g_deferred_count - 1;
    char *object = g_deferred[last];
    g_deferred_count = last;
    slot(g_top) = object;
    g_top = g_top + 1;
}

void leave()
{
    g_busy = 0;
    while (g_deferred_count > 0)
    {
        g_busy = 1;
        if (g_deferred_count > 0) // still: a handler may have come before
            take_back_deferred();
        g_busy = 0;
    }
}

void wait_if_spinning()
{
    while (g_variant == Toy::Spin && g_busy)
        continue;
}
} // namespace

void toy_reset(Toy variant)
{
    g_variant = variant;
    g_top = 0;
    g_busy = 0;
    g_deferred_count = 0;
    g_fallback_next = 0;
    for (size_t i = 0; i < kObjects; i++)
        g_stack[i] = g_pool[0][kObjects - 1 - i];
    g_top = kObjects;
}

void *toy_allocate(size_t, unsigned, int)
{
    wait_if_spinning();
    size_t top = g_top;
    if (g_variant != Toy::NoLock && g_busy)
        return g_pool[1][g_fallback_next++ % kObjects]; // few of them live at a time
    g_busy = 1;
    if (g_variant != Toy::LateFlag)
        top = g_top;
    char *object = slot(top - 1);
    g_top = top - 1;
    leave();
    return object;
}

void toy_free(const void *object)
{
    wait_if_spinning();
    char *freed = static_cast<char *>(const_cast<void *>(object));
    if (freed >= g_pool[1][0] && freed < g_pool[1][0] + sizeof g_pool[1])
        return;
    if (g_variant != Toy::NoLock && g_busy)
    {
        g_deferred[g_deferred_count] = freed;
        g_deferred_count = g_deferred_count + 1;
        return;
    }
    g_busy = 1;
    size_t top = g_top;
    slot(top) = freed;
    g_top = top + 1;
    leave();
}
