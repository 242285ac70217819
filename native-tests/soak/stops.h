// SPDX-License-Identifier: MIT
//
// Stop and continue: a thread of its own interrupts others at random and keeps them in the handler,
// on a futex, for up to 50 ms, while everybody else goes on.
#ifndef NOLOCKALLOC_SOAK_STOPS_H
#define NOLOCKALLOC_SOAK_STOPS_H

#include <cstddef>
#include <cstdint>

namespace soak
{
constexpr size_t kMostPlaces = 16;

// The calling thread, from here to there. In between it holds no lock of the C library.
void may_be_stopped(size_t place);
void may_not_be_stopped();

void start_stopping(size_t places);
void end_stopping(); // and everybody goes on
uint64_t stops();    // that took place
} // namespace soak

#endif
