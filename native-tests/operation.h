// SPDX-License-Identifier: MIT
//
// One call of the library as data: which function, and with what.
#ifndef NOLOCKALLOC_TESTS_OPERATION_H
#define NOLOCKALLOC_TESTS_OPERATION_H

#include "doors.h"

enum class Operation
{
    Allocate,
    Free,
    Trim,
    Drain,
    Stats,
    Slabinfo,
    Own, // none of these: a situation's own function
};
constexpr int kOperations = int(Operation::Own);

struct Request
{
    Operation operation;
    size_t size = 0;
    gfp_t gfp_flags = 0;
    int node = NUMA_NO_NODE;
    void *object = nullptr; // in: to be freed, unless it is nullptr; out: allocated
};

// Context: any.
void perform(const Door &door, Request &request);

#endif
