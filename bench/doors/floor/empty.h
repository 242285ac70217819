// SPDX-License-Identifier: MIT
//
// A library of two calls that do nothing: what every allocator pays before it does anything.
#ifndef BENCH_EMPTY_H
#define BENCH_EMPTY_H

#include <cstddef>

constexpr std::size_t bench_empty_largest = 8192;

/* The next place in a small ring of the thread's own, so that a program that writes to its objects
 * writes to as many cache lines as with a real allocator. Nothing is remembered. */
void *bench_empty_allocate(std::size_t size);
void bench_empty_release(void *object);

#endif
