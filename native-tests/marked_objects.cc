// SPDX-License-Identifier: MIT
#include "marked_objects.h"

#include <cstring>

namespace
{
constexpr size_t kSlots = 8192;

// address >> 3 (44 bits), size (14 bits), a mark that tells two owners of one object apart (6 bits)
std::atomic<uint64_t> g_slots[kSlots];
Wrongs g_wrongs;

uint64_t pack(const uint8_t *object, size_t size, uint64_t mark)
{
    return uintptr_t(object) >> 3 | uint64_t(size) << 44 | mark << 58;
}

uint8_t byte_of(uint64_t packed, size_t at)
{
    return uint8_t((packed * 0x9e3779b97f4a7c15u >> 56) + at * 3 + (at >> 8));
}
} // namespace

Wrongs &wrongs()
{
    return g_wrongs;
}

uint64_t allocate_marked(const Door &door, Random &random)
{
    size_t limit = random.below(16) == 0 ? KMALLOC_MAX_CACHE_SIZE : 300;
    size_t size = 1 + random.below(limit);
    gfp_t flags = random.below(4) == 0 ? __GFP_ZERO : 0;
    auto *object = static_cast<uint8_t *>(door.allocate(size, flags, NUMA_NO_NODE));
    if (object == nullptr)
    {
        g_wrongs.nulls++;
        return 0;
    }
    for (size_t i = 0; flags != 0 && i < size; i++)
        g_wrongs.not_zero += object[i] != 0;
    uint64_t packed = pack(object, size, random.below(64));
    for (size_t i = 0; i < size; i++)
        object[i] = byte_of(packed, i);
    return packed;
}

void free_marked(const Door &door, uint64_t packed)
{
    auto *object = reinterpret_cast<uint8_t *>((packed & ((uint64_t(1) << 44) - 1)) << 3);
    size_t size = packed >> 44 & 0x3fff;
    bool damaged = false;
    for (size_t i = 0; i < size; i++)
        damaged |= object[i] != byte_of(packed, i);
    g_wrongs.damaged += damaged;
    memset(object, 0xdd, size);
    door.free(object);
}

void exchange_one(const Door &to_allocate, const Door &to_free, Random &random, unsigned filling)
{
    uint64_t put = random.below(8) < filling ? allocate_marked(to_allocate, random) : 0;
    uint64_t got = g_slots[random.below(kSlots)].exchange(put);
    if (got != 0)
        free_marked(to_free, got);
}

size_t empty_the_table(const Door &door)
{
    size_t freed = 0;
    for (std::atomic<uint64_t> &slot : g_slots)
        if (uint64_t packed = slot.exchange(0))
        {
            free_marked(door, packed);
            freed++;
        }
    return freed;
}
