/* SPDX-License-Identifier: MIT */
/*
 * Callbacks inside the allocator: what tracepoints and kprobes are in the kernel.
 *
 * A callback is called in the middle of an allocation or a free, at many points with a lock held or with
 * objects on their way. It may do what a signal handler may do: call any function that is marked "Context:
 * any", of the same bucket too, and leave by siglongjmp(). In the kernel a kprobe in the wrong place corrupts
 * the allocator, so the places are denied to BPF; here each point below bears it, and the two that could not
 * are refused by nolockalloc_hook_register().
 *
 * While a callback runs, the points that its own thread passes call nobody, also in handlers: as with kprobes.
 * Where nothing is registered a point costs a load; the fast paths have none.
 */
#ifndef NOLOCKALLOC_HOOK_H
#define NOLOCKALLOC_HOOK_H

#include "../nolockalloc.h"

#ifdef __cplusplus
extern "C" {
#endif

enum nolockalloc_hook_point
{
    NOLOCKALLOC_HOOK_FAST_ALLOC,   /* denied: a fast path has no time to look */
    NOLOCKALLOC_HOOK_FAST_FREE,    /* denied */
    NOLOCKALLOC_HOOK_SLOW_ALLOC,   /* an allocation past the fast path begins; no lock yet */
    NOLOCKALLOC_HOOK_ALLOC_LOCKED, /* it holds the bucket's local lock */
    NOLOCKALLOC_HOOK_REFILL,       /* lock held; a batch out of a slab is on its way */
    NOLOCKALLOC_HOOK_BARN_GET,     /* lock held; another thread's batch is on its way */
    NOLOCKALLOC_HOOK_NEW_SLAB,     /* lock held; a slab was taken, and nobody else knows of it */
    NOLOCKALLOC_HOOK_ALLOC_DIRECT, /* past the local locks, because they were held */
    NOLOCKALLOC_HOOK_SLOW_FREE,    /* a free past the fast path begins; no lock yet */
    NOLOCKALLOC_HOOK_FREE_LOCKED,  /* it holds the bucket's local lock */
    NOLOCKALLOC_HOOK_FLUSH,        /* lock held; an object goes from the array to its slab */
    NOLOCKALLOC_HOOK_BARN_PUT,     /* lock held; a batch for other threads is on its way */
    NOLOCKALLOC_HOOK_SLAB_RELEASE, /* lock held; an empty slab is about to be a free block */
    NOLOCKALLOC_HOOK_DEFER,        /* a free was left to another call, which has not been told yet */
    NOLOCKALLOC_HOOK_DRAIN,        /* lock held; a deferred free is being done */
    NOLOCKALLOC_HOOK_CLAIM,        /* a thread block is being claimed, under its lock */
    NOLOCKALLOC_HOOK_RECLAIM,      /* everything that is cached is looked through, lock held or not */
    NOLOCKALLOC_HOOK_PURGE,        /* a block goes back to the OS, lock held or not */
    NOLOCKALLOC_HOOK_POINTS
};

/** A callback: the point that was passed, and what was registered with it. */
typedef void (*nolockalloc_hook_t)(int point, void *data);

/**
 * nolockalloc_hook_register - have a callback called at a point, on every thread
 *
 * 16 registrations at most; a point may have several callbacks.
 *
 * Context: any, but a registration that is abandoned in the middle takes its place away for good.
 * Return: 0; -EINVAL for a point that there is not or a NULL callback; -EPERM for a denied point; -ENOSPC;
 * -ENOMEM if there is no memory for the arena.
 */
NLA_API int nolockalloc_hook_register(int point, nolockalloc_hook_t function, void *data);

/**
 * nolockalloc_hook_unregister - undo one registration of the same three values
 *
 * Nobody waits: a thread that is passing the point may still call the callback, so its code and data stay.
 *
 * Context: any. Return: 0; -ENOENT if it is not registered; -EINVAL for a point that there is not.
 */
NLA_API int nolockalloc_hook_unregister(int point, nolockalloc_hook_t function, void *data);

#ifdef __cplusplus
}
#endif

#endif /* NOLOCKALLOC_HOOK_H */
