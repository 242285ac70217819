// SPDX-License-Identifier: MIT
#include "capacity.h"

#include <algorithm>
#include <sys/mman.h>

namespace proof
{
// Storage that is there from the start: 4 MiB of the smallest objects.
static void **room_for_objects(size_t *count)
{
    static constexpr size_t kMost = 1 << 19;
    static void *memory = mmap(nullptr, kMost * sizeof(void *), PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    *count = kMost;
    return static_cast<void **>(memory);
}

static size_t exhaust(const Door &door, size_t size)
{
    size_t most = 0, count = 0;
    void **objects = room_for_objects(&most);
    for (; count < most; count++)
    {
        objects[count] = door.allocate(size, 0, NUMA_NO_NODE);
        if (objects[count] == nullptr)
            break;
        *static_cast<size_t *>(objects[count]) = count;
    }
    for (size_t i = 0; i < count; i++)
    {
        bool is_intact = *static_cast<size_t *>(objects[i]) == i;
        door.free(objects[i]);
        if (!is_intact)
            return SIZE_MAX; // given out twice
    }
    return count;
}

Capacity measure(const Door &door, unsigned buckets)
{
    Capacity capacity = {buckets, {}};
    for (size_t bucket = 0; bucket < NOLOCKALLOC_BUCKETS; bucket++)
    {
        if ((buckets >> bucket & 1) == 0)
            continue;
        nolockalloc_trim();
        capacity.objects[bucket] = exhaust(door, kBuckets[bucket]);
    }
    nolockalloc_trim();
    return capacity;
}

Loss compare(const Capacity &before, const Capacity &after, size_t slabs)
{
    struct nolockalloc_stats stats = counters();
    size_t least = SIZE_MAX;
    for (size_t bucket = 0; bucket < NOLOCKALLOC_BUCKETS; bucket++)
    {
        if ((after.measured >> bucket & 1) == 0)
            continue;
        if (after.objects[bucket] > before.objects[bucket])
            return {0, "there are more objects of " + std::to_string(kBuckets[bucket]) +
                           " than before, or one was given out twice; "};
        size_t missing = before.objects[bucket] - after.objects[bucket];
        if (missing > stats.bucket[bucket].objects_per_slab * std::max(slabs, size_t(1)))
            return {0, std::to_string(missing) + " objects of " + std::to_string(kBuckets[bucket]) +
                           " are missing; "};
        least = std::min(least, missing);
    }
    if (least > 1 && slabs == 0 && after.measured == kAllBuckets)
        return {0, "at least " + std::to_string(least) + " objects of each bucket are missing; "};
    return {std::min(least, size_t(1)), ""};
}
} // namespace proof
