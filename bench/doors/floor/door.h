// SPDX-License-Identifier: MIT
//
// The floor: two calls that do nothing (empty.cc).
#ifndef BENCH_DOOR_H
#define BENCH_DOOR_H

#include "empty.h"

namespace door
{

inline void *allocate(std::size_t size)
{
    return bench_empty_allocate(size);
}

inline void release(void *object)
{
    bench_empty_release(object);
}

inline void *allocate_anywhere(std::size_t size)
{
    return allocate(size);
}

inline void release_anywhere(void *object)
{
    release(object);
}

inline const void *entry()
{
    return reinterpret_cast<const void *>(&bench_empty_allocate);
}

} // namespace door

#endif
