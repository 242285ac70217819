// SPDX-License-Identifier: MIT
//
// The library's lines on stderr are counted here and not shown. NLA_FUZZ_SHOW=1 shows them.
#ifndef NOLOCKALLOC_FUZZ_REPORTS_H
#define NOLOCKALLOC_FUZZ_REPORTS_H

#include <cstdint>

namespace fuzz
{
uint64_t lines_reported();
} // namespace fuzz

#endif
