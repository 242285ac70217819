// SPDX-License-Identifier: MIT
//
// AO_malloc of libatomic-ops: the allocator that may be called in signal handlers and that Debian
// has. It keeps what it has for ever.
#ifndef BENCH_DOOR_H
#define BENCH_DOOR_H

#include <atomic_ops_malloc.h>

#include <cstddef>

#include "process.h"

namespace door
{

constexpr bool keeps_objects = true;
constexpr bool can_trim = false;
constexpr std::size_t largest = 1 << 15; // 7.6 was seen to map memory without end for 4 MiB

inline const bool may_map = (AO_malloc_enable_mmap(), true); // its own heap is of 2 MiB

inline void *allocate(std::size_t size)
{
    return AO_malloc(size);
}

inline void release(void *object)
{
    AO_free(object);
}

inline void trim()
{
}

inline void limit_memory(std::size_t bytes)
{
    limit_address_space(bytes);
}

inline const void *entry()
{
    return reinterpret_cast<const void *>(&AO_malloc);
}

} // namespace door

#include "doors/shared/anywhere.h"
#include "doors/shared/resize.h"

#endif
