// SPDX-License-Identifier: MIT
//
// The direct entries, with what the macros of nolockalloc.h make of a plain call; door::flags has been said.
#ifndef BENCH_DIRECT_H
#define BENCH_DIRECT_H

#include "doors/shared/ours.h"

namespace door
{

inline void *allocate(std::size_t size)
{
    return kmalloc_nolock(size, flags, NUMA_NO_NODE);
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
