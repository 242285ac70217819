// SPDX-License-Identifier: MIT
//
// The floor: two calls that do nothing (empty.cc).
#ifndef BENCH_DOOR_H
#define BENCH_DOOR_H

#include "empty.h"

namespace door
{

constexpr bool keeps_objects = false;
constexpr bool can_trim = false;
constexpr std::size_t largest = bench_empty_largest;

inline void *allocate(std::size_t size)
{
    return bench_empty_allocate(size);
}

inline void release(void *object)
{
    bench_empty_release(object);
}

inline void trim()
{
}

inline void limit_memory(std::size_t)
{
}

inline const void *entry()
{
    return reinterpret_cast<const void *>(&bench_empty_allocate);
}

} // namespace door

#include "doors/shared/anywhere.h"
#include "doors/shared/resize.h"

#endif
