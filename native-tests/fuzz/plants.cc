// SPDX-License-Identifier: MIT
#include "plants.h"

#include <cstdlib>
#include <cstring>

namespace fuzz
{
namespace
{
constexpr unsigned kOneIn = 37;
unsigned g_calls;
void *g_previous;

bool now()
{
    return ++g_calls % kOneIn == 0;
}

void *allocate_twice(size_t size, gfp_t gfp_flags, int node)
{
    bool fits = g_previous != nullptr && ksize(g_previous) == kmalloc_size_roundup(size);
    if (fits && now())
        return g_previous;
    void *object = direct_door().allocate(size, gfp_flags, node);
    if (!ZERO_OR_NULL_PTR(object))
        g_previous = object;
    return object;
}

void forget_previous(const void *object)
{
    if (object == g_previous)
        g_previous = nullptr;
    direct_door().free(object);
}

void *allocate_unless_unlucky(size_t size, gfp_t gfp_flags, int node)
{
    return now() ? nullptr : direct_door().allocate(size, gfp_flags, node);
}

void *allocate_dirty(size_t size, gfp_t gfp_flags, int node)
{
    void *object = direct_door().allocate(size, gfp_flags, node);
    if ((gfp_flags & __GFP_ZERO) && !ZERO_OR_NULL_PTR(object))
        static_cast<uint8_t *>(object)[size - 1] = 1;
    return object;
}

void *allocate_too_small(size_t size, gfp_t gfp_flags, int node)
{
    return direct_door().allocate(size > 1024 && size <= 8192 ? 1024 : size, gfp_flags, node);
}

void free_unless_unlucky(const void *object)
{
    if (!now())
        direct_door().free(object);
}

// The second of two frees of one object in a row is swallowed.
void free_without_report(const void *object)
{
    static const void *last;
    if (object != last)
        direct_door().free(object);
    last = object;
}

const Door *planted(const char *name)
{
    const Door &real = direct_door();
    static const Door doors[] = {
        {"twice", allocate_twice, forget_previous},
        {"null", allocate_unless_unlucky, real.free},
        {"dirty", allocate_dirty, real.free},
        {"small", allocate_too_small, real.free},
        {"lost", real.allocate, free_unless_unlucky},
        {"silent", real.allocate, free_without_report},
    };
    for (const Door &door : doors)
        if (strcmp(door.name, name) == 0)
            return &door;
    abort();
}
} // namespace

const Door &door(bool exported)
{
    static const char *name = getenv("NLA_FUZZ_PLANT");
    static const Door *plant = name != nullptr ? planted(name) : nullptr;
    return plant != nullptr ? *plant : exported ? exported_door() : direct_door();
}
} // namespace fuzz
