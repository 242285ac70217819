// SPDX-License-Identifier: MIT
//
// What nolockalloc_stats() tells, in the shapes that tests ask for.
#ifndef NOLOCKALLOC_TESTS_COUNTERS_H
#define NOLOCKALLOC_TESTS_COUNTERS_H

#include "nolockalloc.h"

#include <cstdint>
#include <string>

using BucketStats = nolockalloc_bucket_stats;
using Counter = uint64_t BucketStats::*;

constexpr size_t kBuckets[NOLOCKALLOC_BUCKETS] = {8,   16,  32,   64,   96,   128, 192,
                                                  256, 512, 1024, 2048, 4096, 8192};
constexpr size_t kSlabBytes = 65536;

struct nolockalloc_stats counters();

// The bucket that serves a size, 0 to 12.
int bucket_of(size_t size);
inline const BucketStats &of_size(const struct nolockalloc_stats &stats, size_t size)
{
    return stats.bucket[bucket_of(size)];
}

// One counter of the bucket that serves size, now. Context: any.
uint64_t count(Counter counter, size_t size);

// One counter over all buckets, now. Context: any.
uint64_t count(Counter counter);

int64_t live_objects(const BucketStats &bucket);
int64_t live_objects(const struct nolockalloc_stats &stats);

// After everything was freed: drains, trims, and says what is left and should not be, "" if
// nothing. Abandoned calls may have lost so many objects.
std::string complaint_after_trim(size_t lost = 0);
int exit_code_after_trim(int otherwise); // 0 if there is no complaint; else it is on stderr

#endif
