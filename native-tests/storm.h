// SPDX-License-Identifier: MIT
//
// How long the long tests run.
#ifndef NOLOCKALLOC_TESTS_STORM_H
#define NOLOCKALLOC_TESTS_STORM_H

#include <cstdlib>

// NLA_STORM_SECONDS, or the given number.
inline unsigned storm_seconds(unsigned otherwise)
{
    const char *text = getenv("NLA_STORM_SECONDS");
    return text == nullptr ? otherwise : unsigned(strtoul(text, nullptr, 10));
}

#endif
