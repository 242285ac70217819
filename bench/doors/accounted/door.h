// SPDX-License-Identifier: MIT
//
// The direct entries, for a group that pays for each object (__GFP_ACCOUNT).
#ifndef BENCH_DOOR_H
#define BENCH_DOOR_H

#include "doors/shared/ours.h"

namespace door
{

/* The group of the thread that runs main(), which asks all questions of one thread. */
inline nolockalloc_memcg *const group = []
{
    nolockalloc_memcg *made = nolockalloc_memcg_create(nullptr, NOLOCKALLOC_MEMCG_NO_LIMIT);
    nolockalloc_memcg_set_active(made);
    return made;
}();

inline void *allocate(std::size_t size)
{
    return kmalloc_nolock(size, __GFP_ACCOUNT, NUMA_NO_NODE);
}

inline void release(void *object)
{
    kfree_nolock(object);
}

inline const void *entry()
{
    return reinterpret_cast<const void *>(&kmalloc_nolock_noprof);
}

} // namespace door

#include "doors/shared/anywhere.h"
#include "doors/shared/resize.h"

#endif
