// SPDX-License-Identifier: MIT
#include "counters.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

struct nolockalloc_stats counters()
{
    struct nolockalloc_stats stats = {};
    stats.version = NOLOCKALLOC_STATS_VERSION;
    nolockalloc_stats(&stats);
    return stats;
}

int bucket_of(size_t size)
{
    int bucket = 0;
    while (kBuckets[bucket] < size)
        bucket++;
    return bucket;
}

uint64_t count(Counter counter, size_t size)
{
    return of_size(counters(), size).*counter;
}

uint64_t count(Counter counter)
{
    struct nolockalloc_stats stats = counters();
    uint64_t sum = 0;
    for (const BucketStats &bucket : stats.bucket)
        sum += bucket.*counter;
    return sum;
}

int64_t live_objects(const BucketStats &bucket)
{
    return int64_t(bucket.alloc_fastpath + bucket.alloc_slowpath - bucket.free_fastpath -
                   bucket.free_slowpath);
}

int64_t live_objects(const struct nolockalloc_stats &stats)
{
    int64_t sum = 0;
    for (const BucketStats &bucket : stats.bucket)
        sum += live_objects(bucket);
    return sum;
}

std::string complaint_after_trim(size_t lost)
{
    nolockalloc_drain();
    nolockalloc_trim();
    struct nolockalloc_stats stats = counters();
    std::ostringstream out;
    if (stats.slab_bytes > lost * kSlabBytes)
        out << "slab_bytes is " << stats.slab_bytes << "; ";
    for (const BucketStats &bucket : stats.bucket)
    {
        if (size_t(std::abs(live_objects(bucket))) > lost)
            out << "bucket " << bucket.object_size << " has " << live_objects(bucket) << " live; ";
        if (bucket.cached_objects != 0)
            out << "bucket " << bucket.object_size << " caches " << bucket.cached_objects << "; ";
        if (bucket.active_slabs > lost)
            out << "bucket " << bucket.object_size << " has " << bucket.active_slabs << " slabs; ";
        if (lost == 0 && bucket.defer_free != bucket.defer_free_drained)
            out << "bucket " << bucket.object_size << " deferred " << bucket.defer_free
                << " and drained " << bucket.defer_free_drained << "; ";
        if (lost == 0 && bucket.alloc_slab - bucket.free_slab != bucket.active_slabs)
            out << "bucket " << bucket.object_size << " took " << bucket.alloc_slab
                << " slabs and gave back " << bucket.free_slab << "; ";
    }
    return out.str();
}

int exit_code_after_trim(int otherwise)
{
    std::string complaint = complaint_after_trim();
    fprintf(stderr, "%s\n", complaint.c_str());
    return complaint.empty() ? 0 : otherwise;
}
