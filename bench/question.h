// SPDX-License-Identifier: MIT
//
// What the files in questions/ share. Each is compiled once for every folder in doors/, whose
// door.h says which functions are asked:
//
//   void *door::allocate(std::size_t size)     void door::release(void *object)
//   void *door::allocate_anywhere(...)         void door::release_anywhere(...)
//         the same in a program whose signal handlers allocate as well
//   const void *door::entry()                  the function that allocates
#ifndef BENCH_QUESTION_H
#define BENCH_QUESTION_H

#include <benchmark/benchmark.h>

#include <cstdint>

#include "door.h"

constexpr std::size_t smallest_size = 8;
constexpr std::size_t largest_size = 8192;

/* A program allocates because it wants to write. */
inline void touch(void *object)
{
    *static_cast<volatile std::uint64_t *>(object) = 1;
}

/* Says how many pairs of allocation and free each iteration made, and what memory the process has
 * needed at most. A question ends with this. */
void report(benchmark::State &state, double pairs);

#endif
