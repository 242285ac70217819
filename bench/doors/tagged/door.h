// SPDX-License-Identifier: MIT
//
// The direct entries, counted by call site.
#ifndef BENCH_DOOR_H
#define BENCH_DOOR_H

#define NOLOCKALLOC_ALLOC_TAGS
#include "doors/shared/ours.h"

namespace door
{

inline void *allocate(std::size_t size)
{
    return kmalloc_nolock(size, 0, NUMA_NO_NODE);
}

inline void release(void *object)
{
    kfree_nolock(object);
}

inline const void *entry()
{
    return reinterpret_cast<const void *>(&kmalloc_nolock_tagged_noprof);
}

} // namespace door

#include "doors/shared/anywhere.h"
#include "doors/shared/resize.h"

#endif
