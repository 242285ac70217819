/* SPDX-License-Identifier: MIT */
/*
 * nolockalloc: kmalloc_nolock() and kfree_nolock() of Linux 6.18, for user space.
 *
 * Here a thread is what a CPU is in the kernel, and a signal handler is what an NMI is. Every function
 * below marked "Context: any" may be called from a signal handler that interrupted any instruction of
 * the program, of the C library or of this library, to any depth, on any thread from its first
 * instruction to its last, before main(), after exit handlers, and in the child of fork(). None of them
 * waits for another thread or for the code that it interrupted. An interrupted call need not ever
 * resume (siglongjmp(), a thread that ends in a handler). They preserve errno, and they use at most
 * 2 KiB of stack.
 *
 * Names that begin with __ are reserved for the C implementation; they are used here because code is
 * ported with the kernel's spelling of its flags.
 */
#ifndef NOLOCKALLOC_H
#define NOLOCKALLOC_H

#include <stddef.h>
#include <stdint.h>

#define NOLOCKALLOC_VERSION_MAJOR 0
#define NOLOCKALLOC_VERSION_MINOR 1
#define NOLOCKALLOC_VERSION_PATCH 0

/* noplt: the first call may be made in a handler, which must not run the dynamic linker. (clang: -z now) */
#if defined(_WIN32)
#define NLA_API __declspec(dllimport)
#elif defined(__clang__)
#define NLA_API __attribute__((visibility("default")))
#else
#define NLA_API __attribute__((visibility("default"), noplt))
#endif
#if defined(__GNUC__)
#define NLA_MALLOC(size_arg) __attribute__((malloc, alloc_size(size_arg), warn_unused_result))
#define NLA_NODISCARD __attribute__((warn_unused_result))
#else
#define NLA_MALLOC(size_arg)
#define NLA_NODISCARD
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- kernel vocabulary ---------------------------------------------------------------------------- */

/** gfp_t - flags of an allocation, with the kernel's values. */
typedef unsigned int gfp_t;

/** The object's bytes are zero. */
#define __GFP_ZERO ((gfp_t)0x100u)
/** Charge the object to the thread's current group, if it has one (nolockalloc/memcg.h). */
#define __GFP_ACCOUNT ((gfp_t)0x400000u)

/** What an allocation of 0 bytes returns: not NULL, not to be read or written, may be freed. */
#define ZERO_SIZE_PTR ((void *)16)
/** Whether x is NULL or ZERO_SIZE_PTR. */
#define ZERO_OR_NULL_PTR(x) ((uintptr_t)(x) <= (uintptr_t)ZERO_SIZE_PTR)

/** The largest size that kmalloc_nolock() serves, in bytes. */
#define KMALLOC_MAX_CACHE_SIZE ((size_t)8192)

/** Any node. */
#define NUMA_NO_NODE (-1)

/* ---- allocate and free ---------------------------------------------------------------------------- */

/**
 * kmalloc_nolock - allocate an object from any context (mm/slub.c, Linux 6.18)
 * @size: bytes, 0 to KMALLOC_MAX_CACHE_SIZE; rounded up to a bucket: 8 16 32 64 96 128 192 256 512 1024
 *        2048 4096 8192
 * @gfp_flags: __GFP_ZERO, __GFP_ACCOUNT or 0; any other bit is reported once on stderr and ignored
 * @node: NUMA_NO_NODE or a node to look at first (nolockalloc/numa.h); a node that does not exist is
 *        reported once on stderr and gives NULL
 *
 * The object is aligned to the largest power of two that divides its bucket (64 -> 64, 96 -> 32).
 * Where a signal interrupted this thread's use of the bucket, the object may come from a larger one.
 *
 * Context: any. May map memory on the first call of the process and when the bucket is empty.
 * Return: the object; ZERO_SIZE_PTR for size 0; NULL if memory is exhausted, if size is above
 * KMALLOC_MAX_CACHE_SIZE, if node does not exist or if a group's limit refuses. NULL is never contention: as in the kernel, there
 * is no reason to call again and expect an object.
 */
NLA_API void *kmalloc_nolock(size_t size, gfp_t gfp_flags, int node) NLA_MALLOC(1);

/**
 * kfree_nolock - free an object of kmalloc_nolock() from any context (mm/slub.c, Linux 6.18)
 * @object: what kmalloc_nolock() returned, on this or another thread; NULL and ZERO_SIZE_PTR do nothing
 *
 * Where a signal interrupted a slow path of this thread's in the same bucket, the free is deferred: the
 * interrupted call does it as it leaves (the kernel's irq_work). Where it interrupted a fast path, the
 * object goes to its slab at once. The object's bytes are not touched.
 *
 * Context: any.
 * Errors: a pointer that is not the start of an object, the object that this thread freed last in its
 * bucket, and any free of a free object that the slab layer sees are each reported in one line on
 * stderr, with the pointer and the caller's address, and ignored; with NOLOCKALLOC_OPTIONS=abort the
 * process aborts. A library built with NOLOCKALLOC_HARDENED sees every free of a free object.
 */
NLA_API void kfree_nolock(const void *object);

/**
 * kmalloc_nolock_noprof, kfree_nolock_noprof - the same two functions by the direct entries
 *
 * The exported kmalloc_nolock is a managed method behind a C# boundary, for dlsym() and FFI; these
 * entries jump straight to the allocator. The macros below map calls onto them as the kernel's do, so
 * plain calls are the fast ones; (kmalloc_nolock)(...) and &kmalloc_nolock are the exported ones.
 *
 * Context: any. Return and errors: as above.
 */
NLA_API void *kmalloc_nolock_noprof(size_t size, gfp_t gfp_flags, int node) NLA_MALLOC(1);
NLA_API void kfree_nolock_noprof(const void *object);

/* The macros kmalloc_nolock and alloc_hooks stand in nolockalloc/alloc_tag.h. */
#define kfree_nolock(object) kfree_nolock_noprof(object)

/**
 * ksize - the usable bytes of an object (mm/slab_common.c)
 * @object: a live object, NULL or ZERO_SIZE_PTR
 *
 * Context: any.
 * Return: the size of the bucket that the object came from; 0 for NULL and ZERO_SIZE_PTR; 0 and a
 * report as of kfree_nolock() for a pointer that is not the start of an object.
 */
NLA_API size_t ksize(const void *object);

/**
 * kmalloc_size_roundup - the bucket that serves a size (mm/slab_common.c)
 *
 * Context: any.
 * Return: the smallest bucket of at least size bytes; 0 for 0; above KMALLOC_MAX_CACHE_SIZE, what kmalloc()
 * gives: a power of two; above KMALLOC_MAX_SIZE size itself, which nothing serves.
 */
NLA_API size_t kmalloc_size_roundup(size_t size);

/* ---- the library's own ---------------------------------------------------------------------------- */

/** Context: any. Return: MAJOR << 16 | MINOR << 8 | PATCH of the library that is loaded. */
NLA_API uint32_t nolockalloc_version(void);

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
    uint64_t defer_free_drained; /* deferred frees done */
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

/**
 * nolockalloc_drain - do this thread's deferred frees now
 *
 * They are done in any case when the interrupted call leaves; what a call that never resumed has left
 * is done by the next call on its bucket, or here. Deferred frees of a bucket whose interrupted call
 * is still under way stay with it.
 *
 * Context: any. Return: how many were done.
 */
NLA_API size_t nolockalloc_drain(void);

/**
 * nolockalloc_trim - give back what can be given back
 *
 * Empties this thread's arrays, those of ended threads and the batches between threads, frees empty
 * slabs and returns idle memory to the OS. Arrays of other running threads are left alone.
 * Of empty slabs some stay warm (4 MiB, or a quarter of what was ever used); without this call they
 * go back too, 256 KiB each 16 ms, as slow paths go by: one in 32 looks at the clock.
 *
 * Context: any; in a handler, what the interrupted call holds is left alone.
 * Return: bytes returned to the OS.
 */
NLA_API size_t nolockalloc_trim(void);

/*
 * NOLOCKALLOC_OPTIONS, an environment variable, is read once, at first use, and ignored in set-uid
 * programs. Words with commas between them; an unknown word is reported and skipped:
 *   abort        abort() after a report of bad input
 *   failslab=... kmalloc() fails on purpose: nolockalloc/kmalloc.h
 *   arena=SIZE   address space for slabs, with k, m or g; default 64g, minimum 1m
 *   nodes=N      NUMA nodes, 1 to 16; default what the OS has: nolockalloc/numa.h
 *   threads=N    thread blocks, 1 to 16384; further threads are served without arrays
 *   slub_debug=..., leaks    nolockalloc/debug.h
 *
 * What is reserved is address space, not memory. The thread blocks take 2.7 GiB of it by default, 175 KiB
 * a thread: under RLIMIT_AS or strict overcommit say threads=N as well. A reservation that is refused is
 * tried again with half as many slabs and half as many threads, down to 1 MiB and 4 threads.
 */

#ifdef __cplusplus
}
#endif

#include "nolockalloc/kmalloc.h"
#include "nolockalloc/kmem_cache.h"
#include "nolockalloc/alloc_tag.h"
#include "nolockalloc/memcg.h"
#include "nolockalloc/debug.h"
#include "nolockalloc/page.h"
#include "nolockalloc/numa.h"
#include "nolockalloc/json.h"
#endif /* NOLOCKALLOC_H */
