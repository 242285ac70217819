// SPDX-License-Identifier: MIT
#ifndef NOLOCKALLOC_TESTS_PROCESS_MEMORY_H
#define NOLOCKALLOC_TESTS_PROCESS_MEMORY_H

#include <cstddef>

// Fields of /proc/self/statm, by their places.
enum class Statm
{
    Size = 0,
    Resident = 1,
    Data = 5,
};

size_t bytes_of_this_process(Statm field);

#endif
