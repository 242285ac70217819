// SPDX-License-Identifier: MIT
//
// Steps through a fast allocation and a fast free of each bucket. Prints how many instructions they
// take, and "at OFFSET" for each instruction of the library that was executed.
#include "counters.h"
#include "stepper/stepper.h"

#include <cinttypes>
#include <cstdio>
#include <set>

namespace
{
stepper::Trace g_trace;
size_t g_size;
void *g_object;
std::set<uintptr_t> g_executed;

void allocate(void *)
{
    g_object = kmalloc_nolock(g_size, 0, NUMA_NO_NODE);
}

void free_it(void *)
{
    kfree_nolock(g_object);
}

// The instructions of a call that counts as a fast one; 0 if it was none.
size_t step(stepper::Call call, Counter fast)
{
    uint64_t before = count(fast, g_size);
    stepper::trace(call, nullptr, g_trace);
    if (count(fast, g_size) != before + 1)
        return 0;
    for (size_t i = 0; i < g_trace.count; i++)
        g_executed.insert(g_trace.boundary[i].pc - stepper::library_base());
    return g_trace.count;
}

// "30", or which of the buckets need how many.
void print(const char *what, const size_t (&counts)[NOLOCKALLOC_BUCKETS])
{
    std::set<size_t> different(counts, counts + NOLOCKALLOC_BUCKETS);
    if (different.size() == 1)
    {
        printf("%s: %zu instructions\n", what, counts[0]);
        return;
    }
    for (int i = 0; i < NOLOCKALLOC_BUCKETS; i++)
        printf("%s %zu bytes: %zu instructions\n", what, kBuckets[i], counts[i]);
}
} // namespace

int main()
{
    size_t allocations[NOLOCKALLOC_BUCKETS], frees[NOLOCKALLOC_BUCKETS];
    for (int i = 0; i < NOLOCKALLOC_BUCKETS; i++)
    {
        g_size = kBuckets[i];
        void *first = kmalloc_nolock(g_size, 0, NUMA_NO_NODE);
        void *second = kmalloc_nolock(g_size, 0, NUMA_NO_NODE);
        kfree_nolock(first);
        kfree_nolock(second);
        allocations[i] = step(allocate, &BucketStats::alloc_fastpath);
        frees[i] = step(free_it, &BucketStats::free_fastpath);
    }
    print("allocate", allocations);
    print("free", frees);
    for (uintptr_t offset : g_executed)
        printf("at %" PRIxPTR "\n", offset);
    return 0;
}
