// SPDX-License-Identifier: MIT
//
// malloc, free and realloc, of whichever library serves them: what both of their doors share.
#ifndef BENCH_MALLOC_H
#define BENCH_MALLOC_H

#include <cstdint>
#include <cstdlib>

#include "process.h"
#include "trim.h"

namespace door
{

constexpr bool keeps_objects = true;
constexpr bool can_trim = true;
constexpr std::size_t largest = SIZE_MAX;

inline void *allocate(std::size_t size)
{
    return std::malloc(size);
}

inline void release(void *object)
{
    std::free(object);
}

inline void *resize(void *object, std::size_t, std::size_t size)
{
    return std::realloc(object, size);
}

inline void trim()
{
    trim_malloc();
}

inline void limit_memory(std::size_t bytes)
{
    limit_address_space(bytes);
}

inline const void *entry()
{
    return reinterpret_cast<const void *>(&std::malloc);
}

} // namespace door

#endif
