// SPDX-License-Identifier: MIT
//
// What memory this process has and may have. Nothing here allocates.
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <cstddef>

std::size_t peak_bytes();     // resident at most, of this program alone
std::size_t resident_bytes(); // now

/* Lets the process map so many bytes more than it has now. */
void limit_address_space(std::size_t more_bytes);
void lift_address_space_limit();

#endif
