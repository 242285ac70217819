// SPDX-License-Identifier: MIT
//
// What an input brought about in the library, for libFuzzer, which cannot see into it: instructions
// that were interrupted, and how far each of the library's counters moved.
#ifndef NOLOCKALLOC_FUZZ_FOOTPRINT_H
#define NOLOCKALLOC_FUZZ_FOOTPRINT_H

#include "counters.h"

#include <cstddef>
#include <cstdint>

namespace fuzz
{
void note_instruction(uintptr_t pc);
void note_counters(const struct nolockalloc_stats &before, const struct nolockalloc_stats &after);
size_t instructions_noted(); // different ones, in the whole process
} // namespace fuzz

#endif
