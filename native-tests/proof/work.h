// SPDX-License-Identifier: MIT
//
// Everything that the library can do, done by the calling thread: what must work whatever became of
// the calls of others.
#ifndef NOLOCKALLOC_PROOF_WORK_H
#define NOLOCKALLOC_PROOF_WORK_H

#include "interruption.h"

#include <string>

namespace proof
{
// Every function on every bucket, and a thread that is born and ends. Frees a few objects of the
// ledgers that were allocated by others. "" if all is right.
std::string use_everything(Interruption &of_others);

// Whether a pair of calls is a fast one. The first of two pairs may refill the array.
bool is_at_full_speed(const Door &door, size_t size);

// Calls for every bucket, each in at most so many instructions of the library; else the most.
constexpr size_t kMostInstructions = 100000;
size_t most_instructions_of_a_call(const Door &door);
} // namespace proof

#endif
