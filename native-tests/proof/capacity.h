// SPDX-License-Identifier: MIT
//
// How many objects of each bucket there can be in a small arena: exact, so that what an abandoned
// call has lost is missing. A lost object is one object less of its bucket; of all others it takes
// away one slab.
#ifndef NOLOCKALLOC_PROOF_CAPACITY_H
#define NOLOCKALLOC_PROOF_CAPACITY_H

#include "counters.h"
#include "doors.h"

#include <string>

namespace proof
{
struct Capacity
{
    unsigned measured; // a bit a bucket
    size_t objects[NOLOCKALLOC_BUCKETS];
};

// Allocates each of these buckets to exhaustion, and frees it all.
constexpr unsigned kAllBuckets = (1u << NOLOCKALLOC_BUCKETS) - 1;
Capacity measure(const Door &door, unsigned buckets = kAllBuckets);

// What is missing, at most one object, or a complaint. slabs: as many, if the object was of no bucket.
struct Loss
{
    size_t objects;
    std::string complaint;
};
Loss compare(const Capacity &before, const Capacity &after, size_t slabs);
} // namespace proof

#endif
