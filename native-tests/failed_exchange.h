// SPDX-License-Identifier: MIT
//
// A compare-exchange that fails though the word has the expected value: another thread may have
// changed it and changed it back, and machines with LL/SC fail for no reason at all.
#ifndef NOLOCKALLOC_TESTS_FAILED_EXCHANGE_H
#define NOLOCKALLOC_TESTS_FAILED_EXCHANGE_H

#include <cstddef>
#include <cstdint>
#include <string>

bool is_compare_exchange(uintptr_t pc);

// For stepper::inject_at at such a boundary: the instruction is left out, and what it tells is that
// it failed. C# looks at the value that it found, which is then another than the expected one.
void fail_exchange(void *context, size_t index);

// The name of the library's function that has this instruction, "" if it is not known.
std::string function_at(uintptr_t pc);

#endif
