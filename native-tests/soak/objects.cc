// SPDX-License-Identifier: MIT
#include "objects.h"

namespace soak
{
namespace
{
constexpr uint64_t kPlantOneIn = 10007;

Failures g_failures;
const Door *g_planted_door; // nullptr: nothing is planted
std::atomic<uint64_t> g_calls, g_previous;

bool plant_now()
{
    return g_calls++ % kPlantOneIn == kPlantOneIn - 1;
}

void *allocate_twice(size_t size, gfp_t gfp_flags, int node)
{
    if (size <= 64 && plant_now())
        return reinterpret_cast<void *>(g_previous.load());
    void *object = direct_door().allocate(size, gfp_flags, node);
    if (size > 64)
        g_previous = uintptr_t(object);
    return object;
}

void forget_to_free(const void *object)
{
    if (!plant_now())
        direct_door().free(object);
}

const Door g_twice = {"twice", allocate_twice, kfree_nolock_noprof};
const Door g_leak = {"leak", kmalloc_nolock_noprof, forget_to_free};

// Three calls of four by the direct entry, as in programs; the other by the exported function.
const Door &any_door(Random &random)
{
    if (g_planted_door != nullptr)
        return *g_planted_door;
    return random.below(4) != 0 ? direct_door() : exported_door();
}
} // namespace

void plant(Plant what)
{
    g_planted_door = what == Plant::Twice ? &g_twice : what == Plant::Leak ? &g_leak : nullptr;
}

Failures &failures()
{
    return g_failures;
}

uint64_t sum_of_failures()
{
    return wrongs().sum() + g_failures.children + g_failures.stuck;
}

void exchange_by_any_door(Random &random, unsigned filling)
{
    const Door &to_allocate = any_door(random);
    exchange_one(to_allocate, any_door(random), random, filling);
}

size_t free_all()
{
    return empty_the_table(g_planted_door != nullptr ? *g_planted_door : direct_door());
}
} // namespace soak
