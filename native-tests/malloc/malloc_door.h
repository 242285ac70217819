// SPDX-License-Identifier: MIT
//
// malloc and free as a Door, so that ledgers can keep what they give; and what every test of the malloc library
// wants to know.
#ifndef NOLOCKALLOC_TESTS_MALLOC_DOOR_H
#define NOLOCKALLOC_TESTS_MALLOC_DOOR_H

#include "doors.h"

#include <malloc.h>

// __GFP_ZERO is calloc. Context: any.
const Door &malloc_door();

// Sizes of each kind of memory: slabs, runs, mappings.
constexpr size_t kSizes[] = {1, 16, 100, 1000, 8000, 32768, 32769, 100000, 1 << 20, 5 << 20};

// The compiler knows malloc, and may leave a call out whose object is not used, or warn of a size.
template <class T> T *opaque(T *pointer)
{
    asm volatile("" : "+r"(pointer) : : "memory");
    return pointer;
}
inline size_t opaque(size_t size)
{
    asm volatile("" : "+r"(size));
    return size;
}

// Bytes of slabs and mappings after everything idle went back to the OS.
inline size_t bytes_kept()
{
    malloc_trim(0);
    struct mallinfo2 info = mallinfo2();
    return info.arena + info.hblkhd;
}

#endif
