// SPDX-License-Identifier: MIT
//
// The direct entries, for a group that pays for each object.
#ifndef BENCH_DOOR_H
#define BENCH_DOOR_H

#include <nolockalloc.h>

namespace door
{

constexpr gfp_t flags = __GFP_ACCOUNT;

/* The group of the thread that runs main(), which asks all questions of one thread. */
inline nolockalloc_memcg *const group = []
{
    nolockalloc_memcg *made = nolockalloc_memcg_create(nullptr, NOLOCKALLOC_MEMCG_NO_LIMIT);
    nolockalloc_memcg_set_active(made);
    return made;
}();

} // namespace door

#include "doors/shared/direct.h"

#endif
