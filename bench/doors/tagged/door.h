// SPDX-License-Identifier: MIT
//
// The direct entries, counted by call site.
#ifndef BENCH_DOOR_H
#define BENCH_DOOR_H

#define NOLOCKALLOC_ALLOC_TAGS
#include <nolockalloc.h>

namespace door
{

constexpr gfp_t flags = 0;

} // namespace door

#include "doors/shared/direct.h"

#endif
