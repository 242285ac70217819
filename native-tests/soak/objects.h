// SPDX-License-Identifier: MIT
//
// The soak's objects, through both doors, and mistakes on purpose.
#ifndef NOLOCKALLOC_SOAK_OBJECTS_H
#define NOLOCKALLOC_SOAK_OBJECTS_H

#include "marked_objects.h"

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

struct Failures // besides what the objects tell
{
    std::atomic<uint64_t> children, stuck;
};
Failures &failures();
uint64_t sum_of_failures();

// Exchanges an object of the table, by some door. Context: any.
void exchange_by_any_door(Random &random, unsigned filling);

// Frees what is in the table. Returns how many objects that were.
size_t free_all();
} // namespace soak

#endif
