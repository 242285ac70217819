/* SPDX-License-Identifier: MIT */
/*
 * nolockalloc: debug caches, the kernel's slub_debug.
 *
 * NOLOCKALLOC_OPTIONS=slub_debug makes every bucket and every created cache a debug cache,
 * slub_debug=FZPU,kmalloc-64 this one alone, for all functions that allocate from it. What flags say
 * at the creation of a cache is added (SLAB_RED_ZONE and so on in nolockalloc/kmem_cache.h, also
 * without the option). Debug caches are merged with no other. The syntax is the kernel's
 * (Documentation/admin-guide/mm/slab.rst), and slab_debug is the same word:
 *
 *   F  sanity checks: a second free, a pointer that is no object; seen in every debug cache
 *   Z  red zones: before the object, behind it, and from the size that was asked for to its end
 *   P  poison: a new object is 0x5a, a free one 0x6b and at its end 0xa5; a write to a free one is
 *      seen when it is allocated again, and by nolockalloc_validate(). Not what a constructor made
 *   U  who allocated and who freed it last: thread, time, and the stack by frame pointers (compile
 *      with -fno-omit-frame-pointer)
 *   T  a line for each allocation and each free
 *   A  no effect: failslab fails kmalloc() whatever the cache
 *   O  no Z, P and U where an object would take more pages for them
 *   -  none
 *
 * No letters mean FZPU. Blocks are separated by `;`, and a `,` begins a block's list of caches, by
 * name: kmalloc-8 to kmalloc-512, kmalloc-1k to kmalloc-8k, or that of kmem_cache_create(); a name
 * may end with `*`. The first block that lists a cache decides.
 *
 * In NOLOCKALLOC_OPTIONS commas separate words too. What follows slub_debug belongs to its lists
 * until the next word that is an option: slub_debug=FZ,kmalloc-64,kmalloc-96;P,kmalloc-1*,abort are
 * two words.
 *
 * Each error is reported on stderr in the kernel's layout, by write(2), from any context. What was
 * overwritten is put right; an object that was written to is never handed out again.
 * nolockalloc_stats.reports counts the errors; with the option `abort` the process aborts after the
 * first object that has one.
 *
 * `leaks`, another option, reports the live objects by owner when the process exits, in kmemleak's
 * layout; it turns U on for every bucket and every cache but those with SLAB_NOLEAKTRACE.
 *
 * A debug cache keeps nothing in the threads' arrays: each call goes to the slabs. Address space
 * for its tables, four times that for slabs, is reserved besides, with the first cache that is
 * debugged; it is committed as objects are used, 256 bytes each.
 */
#ifndef NOLOCKALLOC_DEBUG_H
#define NOLOCKALLOC_DEBUG_H

#include "../nolockalloc.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * nolockalloc_validate - check the objects of debug caches, live and free ones
 * @cache: the name of a cache, of which there may be several, or NULL for all
 *
 * The kernel's validate_slab_cache (mm/slub.c). Nothing is changed: an error is reported again by
 * the call that puts it right. Objects that interrupted calls are at, and those that other threads
 * allocate or free meanwhile, are passed over.
 *
 * Context: any.
 * Return: the number of zones that are wrong, each of which was reported; -EINVAL if no debug cache
 * has that name.
 */
NLA_API int nolockalloc_validate(const char *cache);

#ifdef __cplusplus
}
#endif

#endif /* NOLOCKALLOC_DEBUG_H */
