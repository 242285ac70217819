// SPDX-License-Identifier: MIT
//
// The threads of the soak: some live as long as it does, others live for a few hundred operations.
// Each is interrupted by timers whose handlers allocate and free as well, and each may be stopped
// at any instruction, handlers included, until it is told to go on.
#ifndef NOLOCKALLOC_SOAK_WORKERS_H
#define NOLOCKALLOC_SOAK_WORKERS_H

#include <cstdint>

namespace soak
{
struct Progress
{
    uint64_t operations, in_handlers, deepest, threads, stops;
};
Progress progress();

void start_workers();
void stop_workers(); // joins them all

// How many of eight exchanges put an object: it swings, so that slabs are filled and given back.
void set_filling(unsigned of_eight);
} // namespace soak

#endif
