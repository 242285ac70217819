// SPDX-License-Identifier: MIT
//
// Pages for tests.
#ifndef NOLOCKALLOC_TESTS_PAGES_H
#define NOLOCKALLOC_TESTS_PAGES_H

#include <cstring>
#include <nolockalloc/page.h>

inline bool is_zero(const void *start, size_t bytes)
{
    const char *byte = static_cast<const char *>(start);
    return byte[0] == 0 && memcmp(byte, byte + 1, bytes - 1) == 0;
}

inline page *allocate(unsigned order)
{
    return alloc_pages_nolock(0, NUMA_NO_NODE, order);
}

#endif
