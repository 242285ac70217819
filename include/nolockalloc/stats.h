/* SPDX-License-Identifier: MIT */
/*
 * nolockalloc: what the allocator has done and what it has, as counters and as /proc/slabinfo.
 */
#ifndef NOLOCKALLOC_STATS_H
#define NOLOCKALLOC_STATS_H

#include "../nolockalloc.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NOLOCKALLOC_BUCKETS 13

/**
 * struct nolockalloc_bucket_stats - counters of one bucket since the process started
 *
 * Upper-case names are the kernel's (CONFIG_SLUB_STATS). Each counts events, not bytes. In a quiet
 * process: live objects = alloc_fastpath + alloc_slowpath - free_fastpath - free_slowpath. An operation
 * that was abandoned may be missing from its counter.
 */
struct nolockalloc_bucket_stats
{
    uint32_t object_size;        /* bytes */
    uint32_t objects_per_slab;
    uint64_t alloc_fastpath;     /* ALLOC_FASTPATH: taken from the thread's array as it was found */
    uint64_t alloc_slowpath;     /* ALLOC_SLOWPATH: all other allocations, alloc_direct included */
    uint64_t free_fastpath;      /* FREE_FASTPATH: put into the thread's array as it was found */
    uint64_t free_slowpath;      /* FREE_SLOWPATH: all other frees; a deferred one counts when drained */
    uint64_t alloc_slab;         /* ALLOC_SLAB: slabs taken from the page allocator */
    uint64_t free_slab;          /* FREE_SLAB: slabs given back to it */
    uint64_t sheaf_refill;       /* SHEAF_REFILL: objects moved from slabs to a thread's array */
    uint64_t sheaf_flush;        /* SHEAF_FLUSH: objects moved from a thread's array to their slabs */
    uint64_t barn_get;           /* BARN_GET: batches taken over from another thread */
    uint64_t barn_put;           /* BARN_PUT: batches left for another thread */
    uint64_t bucket_retry;       /* allocations sent here because the bucket below was in use */
    uint64_t alloc_direct;       /* allocations from a slab, past the array: it was in use */
    uint64_t free_direct;        /* frees to a slab, past the array: it was in use */
    uint64_t defer_free;         /* frees deferred to the interrupted call */
    uint64_t defer_free_drained; /* deferred frees done; a second free is deferred and not done */
    uint64_t lock_recovered;     /* local locks taken back from a call that will never resume */
    uint64_t active_slabs;       /* slabs of this bucket at this moment */
    uint64_t cached_objects;     /* free objects in threads' arrays and between threads, now */
};

#define NOLOCKALLOC_STATS_VERSION 1

struct nolockalloc_stats
{
    uint32_t version;                /* in: NOLOCKALLOC_STATS_VERSION */
    uint32_t buckets;                /* out: NOLOCKALLOC_BUCKETS */
    uint64_t arena_bytes;            /* out: address space for slabs, in bytes; 0 before first use */
    uint64_t slab_bytes;             /* out: bytes of it in slabs */
    uint64_t idle_bytes;             /* out: bytes of it free but not given back to the OS */
    uint64_t thread_blocks;          /* out: thread blocks there can be */
    uint64_t thread_blocks_in_use;   /* out: threads that have one now */
    uint64_t thread_blocks_high;     /* out: most there ever were */
    uint64_t reports;                /* out: lines reported on stderr */
    struct nolockalloc_bucket_stats bucket[NOLOCKALLOC_BUCKETS];
};

/**
 * nolockalloc_stats - the counters of every bucket, summed over all threads, past and present
 * @stats: filled in; set stats->version first
 *
 * Counters of other threads that run are read as they pass; each is exact when its thread is quiet.
 *
 * Context: any. Return: 0; -EINVAL for NULL or a version that the library does not know.
 */
NLA_API int nolockalloc_stats(struct nolockalloc_stats *stats);

/**
 * nolockalloc_slabinfo - write the buckets in the format of /proc/slabinfo 2.1
 *
 * pagesperslab counts pages of 4 KiB, as on x86-64.
 *
 * Context: any; write(2) on fd may block if fd does. Return: 0; -errno of write(2).
 */
NLA_API int nolockalloc_slabinfo(int fd);

#ifdef __cplusplus
}
#endif

#endif /* NOLOCKALLOC_STATS_H */
