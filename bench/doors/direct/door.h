// SPDX-License-Identifier: MIT
//
// The direct entries: what the macros of nolockalloc.h make of a plain call.
#ifndef BENCH_DOOR_H
#define BENCH_DOOR_H

#include <nolockalloc.h>

namespace door
{

constexpr gfp_t flags = 0;

} // namespace door

#include "doors/shared/direct.h"

#endif
