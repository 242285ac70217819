// SPDX-License-Identifier: MIT
//
// A toy: 64-byte objects, one stack of free ones, a busy flag, a fallback for handlers that find
// the flag set. One variant is right; the others have planted bugs that our detectors must find.
#ifndef NOLOCKALLOC_TESTS_TOY_ALLOCATOR_H
#define NOLOCKALLOC_TESTS_TOY_ALLOCATOR_H

#include <cstddef>

enum class Toy
{
    Correct,
    NoLock,   // a handler works on the stack that its thread works on
    LateFlag, // the top of the stack is read before the flag is set
    Spin,     // a handler waits for the flag
};

extern "C" void toy_reset(Toy variant);
extern "C" void *toy_allocate(size_t size, unsigned gfp_flags, int node);
extern "C" void toy_free(const void *object);

#endif
