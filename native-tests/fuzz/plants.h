// SPDX-License-Identifier: MIT
//
// A library with a mistake in it, to see that the driver sees it: NLA_FUZZ_PLANT names the mistake.
#ifndef NOLOCKALLOC_FUZZ_PLANTS_H
#define NOLOCKALLOC_FUZZ_PLANTS_H

#include "doors.h"

namespace fuzz
{
// The two doors of the library, with the planted mistake in front of them, if there is one.
const Door &door(bool exported);
} // namespace fuzz

#endif
