// SPDX-License-Identifier: MIT
#include "model.h"

#include "counters.h"
#include "reports.h"

#include <cstring>
#include <sstream>

namespace fuzz
{
namespace
{
// What the process has reported once it does not report again, whichever input it was.
bool g_reported_once[2];

// Second frees of an object that were counted as frees, in the process.
int64_t g_miscounted[NOLOCKALLOC_BUCKETS];

int64_t live_by_counters(const struct nolockalloc_stats &stats, size_t bucket)
{
    return live_objects(stats.bucket[bucket]) + g_miscounted[bucket];
}

// What is left after everything was freed and trimmed, "" if nothing.
std::string left_behind()
{
    nolockalloc_drain();
    nolockalloc_trim();
    struct nolockalloc_stats stats = counters();
    std::ostringstream out;
    for (size_t i = 0; i < NOLOCKALLOC_BUCKETS; i++)
    {
        const BucketStats &bucket = stats.bucket[i];
        int64_t live = live_by_counters(stats, i);
        uint64_t deferred = bucket.defer_free - bucket.defer_free_drained;
        if (live != 0 || bucket.active_slabs != 0 || bucket.cached_objects != 0 || deferred != 0)
            out << "bucket " << bucket.object_size << ": " << live << " live, "
                << bucket.active_slabs << " slabs, " << bucket.cached_objects << " cached, "
                << deferred << " deferred; ";
    }
    return out.str();
}

size_t alignment_of(size_t bucket)
{
    return bucket & (~bucket + 1);
}

bool all_bytes_are(const uint8_t *bytes, size_t size, uint8_t value)
{
    return size == 0 || (bytes[0] == value && memcmp(bytes, bytes + 1, size - 1) == 0);
}
} // namespace

Model::Model() : _reports(counters().reports)
{
}

void Model::complain(const std::string &what)
{
    if (_complaint.empty())
        _complaint = what;
}

static bool is_served(size_t size, int node)
{
    return size <= KMALLOC_MAX_CACHE_SIZE && (node == NUMA_NO_NODE || node == 0);
}

void Model::expect_reports_of(size_t size, gfp_t gfp_flags, int node)
{
    if (gfp_flags & ~(__GFP_ZERO | __GFP_ACCOUNT))
        expect_report_once(0);
    if (size != 0 && size <= KMALLOC_MAX_CACHE_SIZE && !is_served(size, node))
        expect_report_once(1);
}

void Model::accept(void *object, size_t size, gfp_t gfp_flags, int node, bool was_interrupted)
{
    if (size == 0)
    {
        if (object != ZERO_SIZE_PTR)
            complain("size 0 does not give ZERO_SIZE_PTR");
    }
    else if (!is_served(size, node))
    {
        if (object != nullptr)
            complain("an allocation that must fail gives an object");
    }
    else if (object != nullptr)
        adopt(object, size, gfp_flags);
    else if (!was_interrupted)
        check_null(size);
}

// NULL is right where every block is a slab and the bucket's have no free object. An interrupted
// call may have a block in hand, and objects.
void Model::check_null(size_t size)
{
    struct nolockalloc_stats stats = counters();
    const BucketStats &bucket = of_size(stats, size);
    uint64_t unused = (stats.arena_bytes - stats.slab_bytes) / kSlabBytes;
    if (unused > uint64_t(interrupted))
        return complain("NULL though a block is free");
    uint64_t objects = bucket.active_slabs * bucket.objects_per_slab;
    int64_t live = live_by_counters(stats, size_t(bucket_of(size)));
    if (interrupted == 0 && objects != uint64_t(live) + bucket.cached_objects)
        complain("NULL though a slab has a free object");
}

void Model::adopt(void *object, size_t size, gfp_t gfp_flags)
{
    auto start = uintptr_t(object);
    auto *bytes = static_cast<uint8_t *>(object);
    size_t bucket = ksize(object), wanted = kmalloc_size_roundup(size);
    // A larger bucket serves where an interrupted call is inside the right one.
    size_t next = wanted == kBuckets[12] ? wanted : kBuckets[bucket_of(wanted) + 1];
    if (bucket != wanted && (interrupted == 0 || bucket != next))
        return complain("an object of the wrong bucket");
    if (start % alignment_of(bucket) != 0)
        return complain("an object is not aligned");
    auto after = _live.lower_bound(start);
    if (after != _live.end() && after->first < start + bucket)
        return complain("an object is handed out twice");
    if (after != _live.begin() && std::prev(after)->first + std::prev(after)->second.bucket > start)
        return complain("an object is handed out twice");
    if ((gfp_flags & __GFP_ZERO) && !all_bytes_are(bytes, size, 0))
        return complain("a zeroed object is not zero");
    uint8_t mark = _next_mark++;
    memset(bytes, mark, bucket);
    _live[start] = {size, bucket, mark};
    _order.push_back(start);
}

void Model::check_bytes(uintptr_t start, const Live &live)
{
    if (!all_bytes_are(reinterpret_cast<uint8_t *>(start), live.bucket, live.mark))
        complain("an object's bytes were changed by somebody else");
}

uintptr_t Model::take(size_t from_newest)
{
    if (_order.empty())
        return 0;
    size_t place = _order.size() - 1 - from_newest % _order.size();
    uintptr_t start = _order[place];
    _order.erase(_order.begin() + ptrdiff_t(place));
    auto found = _live.find(start);
    check_bytes(start, found->second);
    memset(reinterpret_cast<void *>(start), 0xdd, found->second.bucket);
    _live.erase(found);
    return start;
}

bool Model::is_inside(uintptr_t address) const
{
    auto after = _live.upper_bound(address);
    if (after == _live.begin())
        return false;
    auto before = std::prev(after);
    return address > before->first && address < before->first + before->second.bucket;
}

void Model::expect_report()
{
    _reports++;
}

void Model::expect_report_once(unsigned kind)
{
    _reports += !g_reported_once[kind];
    g_reported_once[kind] = true;
}

void Model::expect_miscount(size_t bucket)
{
    g_miscounted[bucket_of(bucket)]++;
}

void Model::check_reports()
{
    uint64_t reports = counters().reports;
    if (reports != _reports)
    {
        std::ostringstream out;
        out << "reports: " << reports << " are counted, " << _reports << " were expected";
        complain(out.str());
    }
    if (reports != lines_reported())
        complain("the lines on stderr are not as many as the reports");
}

void Model::check_size(uintptr_t object)
{
    auto found = _live.find(object);
    if (found != _live.end() && ksize(reinterpret_cast<void *>(object)) != found->second.bucket)
        complain("ksize is wrong");
}

void Model::check_counters()
{
    struct nolockalloc_stats stats = counters();
    int64_t live = 0;
    for (size_t i = 0; i < NOLOCKALLOC_BUCKETS; i++)
        live += live_by_counters(stats, i);
    if (interrupted == 0 && live != int64_t(_order.size()))
        complain("the counters do not say how many objects are live");
    if (stats.slab_bytes > stats.arena_bytes || stats.thread_blocks_in_use > stats.thread_blocks)
        complain("the counters contradict each other");
}

void Model::check_all()
{
    for (const auto &[start, live] : _live)
        check_bytes(start, live);
}

void Model::finish()
{
    check_all();
    while (uintptr_t object = take(0))
        direct_door().free(reinterpret_cast<void *>(object));
    std::string left = left_behind();
    if (!left.empty())
        complain("after the last free: " + left);
    check_reports();
}
} // namespace fuzz
