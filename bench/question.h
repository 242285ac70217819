// SPDX-License-Identifier: MIT
//
// What the files in questions/ share. Each is compiled once for every folder in doors/, whose
// door.h says which functions are asked:
//
//   void *allocate(std::size_t size)           void release(void *object)
//   void *allocate_anywhere(...)               void release_anywhere(...)
//         the same in a program whose signal handlers allocate as well
//   void *resize(void *object, std::size_t old_size, std::size_t size)
//   void trim()                                gives back to the OS what can be given back
//   void limit_memory(std::size_t bytes)       before the first allocation: there is no more than
//   that const void *entry()                        the function that allocates bool keeps_objects
//   whether an object is its owner's alone bool can_trim                              whether
//   trim() does anything std::size_t largest                        the largest size that is served
#ifndef BENCH_QUESTION_H
#define BENCH_QUESTION_H

#include <benchmark/benchmark.h>

#include <cstdint>

#include "door.h"

constexpr std::size_t smallest_size = 8;
constexpr std::size_t largest_size = 8192;
constexpr std::size_t mebibyte = 1 << 20;

/* A program allocates because it wants to write. */
inline void touch(void *object)
{
    *static_cast<volatile std::uint64_t *>(object) = 1;
}

/* Says how many pairs of allocation and free each iteration made, and what memory the process has
 * needed at most. A question ends with this. */
void report(benchmark::State &state, double pairs);

/* What a question says besides, a line of the table. */
void remark(benchmark::State &state, const char *what, double value);

/* Ends a question that makes no sense at this door: its place in the table stays empty. */
inline void not_asked(benchmark::State &state)
{
    state.SkipWithError("not asked");
}

#endif
