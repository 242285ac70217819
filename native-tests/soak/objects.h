// SPDX-License-Identifier: MIT
//
// Objects that any thread and any handler may take out of a table and put into it. Whoever
// exchanges a slot owns what was in it. Every byte of every object is written, and checked when it
// is freed.
#ifndef NOLOCKALLOC_SOAK_OBJECTS_H
#define NOLOCKALLOC_SOAK_OBJECTS_H

#include "doors.h"
#include "signals.h"

#include <atomic>

namespace soak
{
// A mistake on purpose, to see that it is seen.
enum class Plant
{
    Nothing,
    Twice, // an object is handed out twice now and then
    Leak,  // a free is forgotten now and then
};
void plant(Plant what);

struct Failures
{
    std::atomic<uint64_t> nulls, damaged, not_zero, children, stuck;

    uint64_t sum() const
    {
        return nulls + damaged + not_zero + children + stuck;
    }
};
Failures &failures();

// Puts a new object into a slot, or nothing, and frees what was there. filling: how many of eight
// times an object is put. Context: any.
void exchange_one(Random &random, unsigned filling);

// Frees what is in the table. Returns how many objects that were.
size_t free_all();
} // namespace soak

#endif
