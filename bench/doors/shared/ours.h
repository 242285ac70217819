// SPDX-License-Identifier: MIT
//
// What both doors of the library share.
#ifndef BENCH_OURS_H
#define BENCH_OURS_H

#include <nolockalloc.h>

namespace door
{

constexpr bool keeps_objects = true;
constexpr bool can_trim = true;
constexpr std::size_t largest = KMALLOC_MAX_CACHE_SIZE;

inline void trim()
{
    nolockalloc_trim();
}

/* NOLOCKALLOC_OPTIONS has said it (compare/columns.py). */
inline void limit_memory(std::size_t)
{
}

} // namespace door

#endif
