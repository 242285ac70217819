// SPDX-License-Identifier: MIT
//
// For the end of a door.h whose functions may be called in signal handlers as they are.
#ifndef BENCH_ANYWHERE_H
#define BENCH_ANYWHERE_H

#include <cstddef>

namespace door
{

inline void *allocate_anywhere(std::size_t size)
{
    return allocate(size);
}

inline void release_anywhere(void *object)
{
    release(object);
}

} // namespace door

#endif
