// SPDX-License-Identifier: MIT
//
// The memory curve: what was measured once a second, and whether it is flat after warm-up.
#ifndef NOLOCKALLOC_SOAK_SAMPLES_H
#define NOLOCKALLOC_SOAK_SAMPLES_H

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace soak
{
struct Sample
{
    double seconds;
    uint64_t rss_kib;  // of the process
    uint64_t slab_kib; // the library's slabs
    uint64_t idle_kib; // free, and not given back to the OS
    uint64_t cached_objects, thread_blocks_in_use, thread_blocks_high;
    uint64_t operations, in_handlers, threads, forks, stops, failures;
};

Sample measure(double seconds, uint64_t forks);
void write_csv_header(FILE *file);
void write_csv(FILE *file, const Sample &sample);

// Compares the medians of the second and the fourth quarter. A run of less than two minutes is not
// judged: its second quarter is warm-up.
struct Verdict
{
    bool is_judged, is_flat;
    uint64_t rss_second, rss_fourth, slabs_second, slabs_fourth; // KiB
    std::string text() const;
};
Verdict judge(const std::vector<Sample> &samples);
} // namespace soak

#endif
