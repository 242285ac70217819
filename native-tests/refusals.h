// SPDX-License-Identifier: MIT
//
// The operating system says no. A test program with this file has functions of its own for the
// library's system calls, and the library's imports are bound to them.
#ifndef NOLOCKALLOC_TESTS_REFUSALS_H
#define NOLOCKALLOC_TESTS_REFUSALS_H

#include <cstddef>

namespace refusals
{
// SQLite's two forms: the k-th call fails, or it and all after it.
enum class Form
{
    Once,
    FromThenOn,
};
constexpr size_t kNever = ~size_t(0);

// From now on the library's calls of mmap, munmap, madvise, write, pthread_setspecific and syscall
// are counted, from 0, and number k fails. SYS_gettid cannot fail and is not counted.
void begin(size_t k, Form form);
size_t end(); // how many there were
const char *last_refused();

// mmap refuses the library more than so much in one piece, as vm.overcommit_memory=2 does where
// that is more than may be committed. 0: no limit.
void limit_mapping(size_t bytes);
} // namespace refusals

#endif
