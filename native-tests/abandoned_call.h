// SPDX-License-Identifier: MIT
//
// A call that is interrupted and never resumes.
#ifndef NOLOCKALLOC_TESTS_ABANDONED_CALL_H
#define NOLOCKALLOC_TESTS_ABANDONED_CALL_H

#include "interruption.h"

// Leaves the interrupted call by siglongjmp at this boundary. It runs deep in the stack, so all later calls are made
// from above it.
void abandon_deep_in_the_stack(Interruption &interruption, size_t index);

// A lock is taken back when the place of its holder's frame was used for something else.
void use_the_stack_below();

#endif
