// SPDX-License-Identifier: MIT
#include "objects.h"

#include <cstring>

namespace soak
{
namespace
{
constexpr size_t kSlots = 8192;
constexpr uint64_t kPlantOneIn = 10007;

// address >> 3 (44 bits), size (14 bits), a mark that tells two owners of one object apart (6 bits)
std::atomic<uint64_t> g_slots[kSlots];
Failures g_failures;
Plant g_plant;
std::atomic<uint64_t> g_planted, g_previous;

uint64_t pack(const uint8_t *object, size_t size, uint64_t mark)
{
    return uintptr_t(object) >> 3 | uint64_t(size) << 44 | mark << 58;
}

uint8_t byte_of(uint64_t packed, size_t at)
{
    return uint8_t((packed * 0x9e3779b97f4a7c15u >> 56) + at * 3 + (at >> 8));
}

bool plant_now(Plant what)
{
    return g_plant == what && g_planted++ % kPlantOneIn == kPlantOneIn - 1;
}

void *allocate(const Door &door, size_t size, gfp_t flags)
{
    if (size <= 64 && plant_now(Plant::Twice))
        return reinterpret_cast<void *>(g_previous.load());
    void *object = door.allocate(size, flags, NUMA_NO_NODE);
    if (g_plant == Plant::Twice && size > 64)
        g_previous = uintptr_t(object);
    return object;
}

uint64_t allocate_one(const Door &door, Random &random)
{
    size_t limit = random.below(16) == 0 ? KMALLOC_MAX_CACHE_SIZE : 300;
    size_t size = 1 + random.below(limit);
    gfp_t flags = random.below(4) == 0 ? __GFP_ZERO : 0;
    auto *object = static_cast<uint8_t *>(allocate(door, size, flags));
    if (object == nullptr)
    {
        g_failures.nulls++;
        return 0;
    }
    for (size_t i = 0; flags != 0 && i < size; i++)
        g_failures.not_zero += object[i] != 0;
    uint64_t packed = pack(object, size, random.below(64));
    for (size_t i = 0; i < size; i++)
        object[i] = byte_of(packed, i);
    return packed;
}

void free_one(const Door &door, uint64_t packed)
{
    auto *object = reinterpret_cast<uint8_t *>((packed & ((uint64_t(1) << 44) - 1)) << 3);
    size_t size = packed >> 44 & 0x3fff;
    bool damaged = false;
    for (size_t i = 0; i < size; i++)
        damaged |= object[i] != byte_of(packed, i);
    g_failures.damaged += damaged;
    memset(object, 0xdd, size);
    if (!plant_now(Plant::Leak))
        door.free(object);
}

// Three calls of four by the direct entry, as in programs; the other by the exported function.
const Door &any_door(Random &random)
{
    return random.below(4) != 0 ? direct_door() : exported_door();
}
} // namespace

void plant(Plant what)
{
    g_plant = what;
}

Failures &failures()
{
    return g_failures;
}

void exchange_one(Random &random, unsigned filling)
{
    uint64_t put = random.below(8) < filling ? allocate_one(any_door(random), random) : 0;
    uint64_t got = g_slots[random.below(kSlots)].exchange(put);
    if (got != 0)
        free_one(any_door(random), got);
}

size_t free_all()
{
    size_t freed = 0;
    for (std::atomic<uint64_t> &slot : g_slots)
        if (uint64_t packed = slot.exchange(0))
        {
            free_one(direct_door(), packed);
            freed++;
        }
    return freed;
}
} // namespace soak
