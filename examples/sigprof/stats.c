/* SPDX-License-Identifier: MIT */
/* The numbers of a profile: "key value" lines, then the hottest functions, "frame PERIODS NAME". */
#include "prof.h"
#include "report.h"

enum
{
    HOTTEST = 10,
};

/* Counters of the allocator that grow when a handler meets it at work. */
static struct nolockalloc_bucket_stats since_before(void)
{
    struct nolockalloc_stats now = {.version = NOLOCKALLOC_STATS_VERSION};
    struct nolockalloc_bucket_stats sum = {.object_size = 0};

    nolockalloc_stats(&now);
    for (size_t i = 0; i < NOLOCKALLOC_BUCKETS; i++)
    {
        sum.bucket_retry += now.bucket[i].bucket_retry - prof.before.bucket[i].bucket_retry;
        sum.alloc_direct += now.bucket[i].alloc_direct - prof.before.bucket[i].alloc_direct;
        sum.free_direct += now.bucket[i].free_direct - prof.before.bucket[i].free_direct;
        sum.defer_free += now.bucket[i].defer_free - prof.before.bucket[i].defer_free;
        sum.defer_free_drained +=
            now.bucket[i].defer_free_drained - prof.before.bucket[i].defer_free_drained;
    }
    return sum;
}

static void number(FILE *out, const char *key, uint64_t value)
{
    fprintf(out, "%s %llu\n", key, (unsigned long long)value);
}

static void write_counts(FILE *out)
{
    number(out, "samples", prof.counts.samples);
    number(out, "periods", prof.counts.periods);
    number(out, "allocations", prof.counts.allocations);
    number(out, "frees", prof.counts.frees);
    number(out, "in_allocator", prof.counts.in_allocator);
    number(out, "failures", prof.counts.failures);
    number(out, "dropped", prof.counts.dropped);
    number(out, "incomplete", prof.counts.incomplete);
    number(out, "chains", chains_count());
    number(out, "threads", prof.threads);
    number(out, "threads_unsampled", prof.threads_unsampled);
}

void stats_write(FILE *out, const char *program, uint64_t report_us)
{
    static const char *const clocks[] = {"cpu", "wall", "process"};
    struct nolockalloc_bucket_stats allocator = since_before();
    struct function *hottest[HOTTEST];
    size_t count = names_hottest(hottest, HOTTEST);

    fprintf(out, "program %s\npid %ld\nclock %s\n", program, (long)prof.pid, clocks[prof.clock]);
    number(out, "hz", prof.hz);
    write_counts(out);
    number(out, "bucket_retries", allocator.bucket_retry);
    number(out, "direct_allocations", allocator.alloc_direct);
    number(out, "direct_frees", allocator.free_direct);
    number(out, "deferred_frees", allocator.defer_free);
    number(out, "deferred_frees_drained", allocator.defer_free_drained);
    number(out, "report_us", report_us);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "frame %llu %s\n", (unsigned long long)hottest[i]->self, hottest[i]->name);
}
