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
 * KMALLOC_MAX_CACHE_SIZE, if node does not exist, if a group's limit refuses, or with the option preempt_rt
 * in a declared interrupt. NULL is never contention: there is no reason to call again and expect an object.
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
 * go back too, 256 KiB each 16 ms, as slow paths go by: one in 128 looks at the clock. 1 MiB
 * is kept.
 *
 * Context: any; in a handler, what the interrupted call holds is left alone.
 * Return: bytes returned to the OS.
 */
NLA_API size_t nolockalloc_trim(void);

/*
 * NOLOCKALLOC_OPTIONS, an environment variable, is read once, at first use, and ignored in set-uid
 * programs. Words with commas between them; an unknown word is reported and skipped:
 *   abort        abort() after a report of bad input
 *   arena=SIZE   address space for slabs, with k, m or g; default 64g, minimum 1m
 *   nodes=N      NUMA nodes, 1 to 16; default what the OS has: nolockalloc/numa.h
 *   threads=N    thread blocks, 1 to 16384; further threads are served without arrays
 *   failslab=... kmalloc() fails on purpose: nolockalloc/kmalloc.h
 *   slub_debug=..., leaks    nolockalloc/debug.h
 *   preempt_rt   as a PREEMPT_RT kernel: nolockalloc/context.h
 *   slub_tiny    as a SLUB_TINY kernel: nothing is kept for a thread, and kfree_nolock() always defers
 *
 * What is reserved is address space, not memory. The thread blocks take 4.5 GiB of it by default, 286 KiB
 * a thread: under RLIMIT_AS or strict overcommit say threads=N as well. A reservation that is refused is
 * tried again with half as many slabs and half as many threads, down to 1 MiB and 4 threads.
 */

#ifdef __cplusplus
}
#endif

#include "nolockalloc/stats.h"

#include "nolockalloc/alloc_tag.h"
#include "nolockalloc/context.h"
#include "nolockalloc/debug.h"
#include "nolockalloc/hook.h"
#include "nolockalloc/json.h"
#include "nolockalloc/kmalloc.h"
#include "nolockalloc/kmem_cache.h"
#include "nolockalloc/memcg.h"
#include "nolockalloc/numa.h"
#include "nolockalloc/page.h"

#endif /* NOLOCKALLOC_H */
