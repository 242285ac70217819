// SPDX-License-Identifier: MIT
//
// A malloc that may be called in handlers: ours, preloaded.
#ifndef BENCH_DOOR_H
#define BENCH_DOOR_H

#include "doors/shared/malloc.h"

#include "doors/shared/anywhere.h"

#endif
