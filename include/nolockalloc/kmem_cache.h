/* SPDX-License-Identifier: MIT */
/*
 * Caches of objects of one size (include/linux/slab.h, Linux 6.18), and what the kernel does not have:
 * kmem_cache_alloc_nolock() and kmem_cache_free_nolock(), from any context, of any cache. Where kmalloc_nolock()
 * takes the next larger bucket when a call that it interrupted is inside its own, a cache has no other to flee
 * to: the object is taken past the arrays, out of a slab, by single exchanges.
 */
#ifndef NOLOCKALLOC_KMEM_CACHE_H
#define NOLOCKALLOC_KMEM_CACHE_H

#include "kmalloc.h"

#ifdef __cplusplus
extern "C" {
#endif

/** struct kmem_cache - a cache; opaque. */
struct kmem_cache;
struct alloc_tag; /* nolockalloc/alloc_tag.h */

/* ---- flags of caches ------------------------------------------------------------------------------ */

/** slab_flags_t - the kernel numbers these by its configuration; here they have the values of everything
 *  configured. */
typedef unsigned int slab_flags_t;

/** Align objects to cache lines of 64 bytes; small ones so that none lies in two lines. */
#define SLAB_HWCACHE_ALIGN ((slab_flags_t)1u << 4)
/** abort() if the cache cannot be created. */
#define SLAB_PANIC ((slab_flags_t)1u << 8)
/** Refused: there is no RCU, and a slab may be given back as soon as its last object is freed. */
#define SLAB_TYPESAFE_BY_RCU ((slab_flags_t)1u << 9)
/** Never share slabs with another cache. */
#define SLAB_NO_MERGE ((slab_flags_t)1u << 13)
/** Every object is charged to the current group, as with __GFP_ACCOUNT (nolockalloc/memcg.h), past the fast
 *  paths. Caches that have it are merged only with each other. */
#define SLAB_ACCOUNT ((slab_flags_t)1u << 15)
/** Accepted; caches that have it are merged only with each other. */
#define SLAB_RECLAIM_ACCOUNT ((slab_flags_t)1u << 19)
#define SLAB_TEMPORARY SLAB_RECLAIM_ACCOUNT
/** The letters F, Z, P, U and T of slub_debug (nolockalloc/debug.h), for this cache whatever the option says. It is
 *  past the fast paths then, and never merged. SLAB_POISON leaves alone what a constructor made. */
#define SLAB_CONSISTENCY_CHECKS ((slab_flags_t)1u << 0)
#define SLAB_RED_ZONE ((slab_flags_t)1u << 1)
#define SLAB_POISON ((slab_flags_t)1u << 2)
#define SLAB_STORE_USER ((slab_flags_t)1u << 7)
#define SLAB_TRACE ((slab_flags_t)1u << 10)
/** The option `leaks` passes the cache over, and slub_debug notes no owners unless a list names it. Never merged. */
#define SLAB_NOLEAKTRACE ((slab_flags_t)1u << 12)
/** Accepted; never merged. */
#define SLAB_FAILSLAB ((slab_flags_t)1u << 14)
/** The option slub_debug says nothing about the cache. */
#define SLAB_NO_USER_FLAGS ((slab_flags_t)1u << 17)

/* ---- caches --------------------------------------------------------------------------------------- */

/**
 * kmem_cache_ctor - makes an object, which is not touched again until its slab is given back
 *
 * The kernel constructs all objects of a slab when it makes the slab. Here each is constructed when it first
 * leaves its slab: for the caller, or for an array of the thread, together with others. So a constructor is called
 * by kmem_cache_alloc() and kmem_cache_alloc_nolock(), in their context. It may allocate, free, be interrupted,
 * and leave by longjmp(): then the object is constructed again, from the start, when it is next taken.
 */
typedef void (*kmem_cache_ctor)(void *object);

/**
 * kmem_cache_create - make a cache
 * @name: for nolockalloc_slabinfo() and reports; copied, 63 bytes of it
 * @size: bytes of an object, 1 to 32768
 * @align: 0 or a power of two up to 32768; at least 8 bytes in any case
 * @flags: SLAB_ flags
 * @ctor: NULL, or what makes an object
 *
 * As in the kernel, a cache that would be like an existing one, a kmalloc bucket among them, is that one: as large
 * up to a word, aligned as well, neither with a constructor or a flag that forbids it, both or neither with
 * SLAB_ACCOUNT.
 *
 * At most 81 caches that are not merged can be there at a time. The number of a destroyed one is used again when
 * its leaked objects have been freed and each thread that had used it has been on a slow path since, or has ended.
 *
 * Context: normal. In a handler too, where it may be told that there is no number left. An interrupted creation
 * that never resumes loses nothing; at its very end, the cache in hand.
 * Return: the cache; NULL, and a report, for wrong arguments and where no number is left, or no address space for
 * the tables of the first debug cache; with SLAB_PANIC abort().
 */
NLA_API struct kmem_cache *kmem_cache_create(const char *name, unsigned int size,
                                             unsigned int align, slab_flags_t flags,
                                             kmem_cache_ctor ctor) NLA_NODISCARD;

/** KMEM_CACHE - a cache for a struct, named after it. */
#define KMEM_CACHE(type, flags)                                                                    \
    kmem_cache_create(#type, sizeof(struct type), NLA_ALIGNOF(struct type), (flags), NULL)
#if defined(__cplusplus)
#define NLA_ALIGNOF(type) alignof(type)
#else
#define NLA_ALIGNOF(type) _Alignof(type)
#endif

/**
 * kmem_cache_destroy - one user of a cache less; the last one ends it
 * @cache: NULL does nothing; nobody may use the cache any more, but objects may still be freed by kfree()
 *
 * Objects that were not freed are reported, up to 16 of them (with SLAB_STORE_USER by whom they were allocated),
 * and stay valid. What other threads keep in their
 * arrays is no leak; it goes back at their next slow path. Frees that a handler has deferred are no leak either;
 * what an interrupted call of another thread is about to do is waited for, a bounded time.
 *
 * Context: normal. Errors: no cache, or one that was destroyed: one line on stderr; with abort, abort().
 */
NLA_API void kmem_cache_destroy(struct kmem_cache *cache);

/** kmem_cache_shrink - give back what this thread and those between threads keep of a cache.
 *  Context: normal. Return: 0 if the cache has no slab left, else 1. */
NLA_API int kmem_cache_shrink(struct kmem_cache *cache);

/** kmem_cache_size - bytes of an object; of a merged cache those of the one it was merged into.
 *  Context: any. */
NLA_API unsigned int kmem_cache_size(struct kmem_cache *cache);

/** nolockalloc_cache_stats - the counters of one cache. Context: any. Return: 0; -EINVAL: no such cache. */
NLA_API int nolockalloc_cache_stats(struct kmem_cache *cache,
                                    struct nolockalloc_bucket_stats *stats);

/* ---- objects -------------------------------------------------------------------------------------- */

/**
 * kmem_cache_alloc - an object of a cache
 * @flags: as of kmalloc(). __GFP_ZERO with a constructor is reported once and ignored. __GFP_ACCOUNT: this
 *         object is charged, with the size of an object of the cache
 *
 * Context: normal; any without __GFP_DIRECT_RECLAIM.
 * Return: the object; NULL if memory is exhausted, if failslab or a group's limit says so, or, with a report, if
 * the cache has been destroyed.
 */
NLA_API void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags) NLA_NODISCARD;

/**
 * kmem_cache_free - free an object
 * @object: of this cache. One of another cache is reported once and freed where it belongs. NULL does nothing.
 *
 * Context: any. Errors: as of kfree_nolock().
 */
NLA_API void kmem_cache_free(struct kmem_cache *cache, void *object);

/**
 * kmem_cache_alloc_nolock, kmem_cache_free_nolock - the same from any context
 * @flags, @node: as of kmalloc_nolock()
 *
 * Context: any. A constructor is called in the same context.
 * Return: as of kmalloc_nolock(): NULL is never contention.
 */
NLA_API void *kmem_cache_alloc_nolock(struct kmem_cache *cache, gfp_t flags,
                                      int node) NLA_NODISCARD;
NLA_API void kmem_cache_free_nolock(struct kmem_cache *cache, void *object);

/** The direct entries. */
NLA_API void *kmem_cache_alloc_noprof(struct kmem_cache *cache, gfp_t flags) NLA_NODISCARD;
NLA_API void kmem_cache_free_noprof(struct kmem_cache *cache, void *object);
NLA_API void *kmem_cache_alloc_nolock_noprof(struct kmem_cache *cache, gfp_t flags,
                                             int node) NLA_NODISCARD;
NLA_API void kmem_cache_free_nolock_noprof(struct kmem_cache *cache, void *object);
#define kmem_cache_alloc(...) NLA_ALLOC(kmem_cache_alloc, __VA_ARGS__)
#define kmem_cache_free(cache, object) kmem_cache_free_noprof((cache), (object))
#define kmem_cache_alloc_nolock(...) NLA_ALLOC(kmem_cache_alloc_nolock, __VA_ARGS__)
#define kmem_cache_free_nolock(cache, object) kmem_cache_free_nolock_noprof((cache), (object))

/** kmem_cache_zalloc - kmem_cache_alloc() of zero bytes. */
#define kmem_cache_zalloc(cache, flags) NLA_ALLOC(kmem_cache_alloc, (cache), (flags) | __GFP_ZERO)

/** kmem_cache_alloc_bulk - size objects, all or none. Context: as of kmem_cache_alloc(). Return: size or 0. */
NLA_API int kmem_cache_alloc_bulk(struct kmem_cache *cache, gfp_t flags, size_t size,
                                  void **objects) NLA_NODISCARD;

/** kmem_cache_free_bulk - free so many objects. cache may be NULL: they know theirs. Context: as of kfree(). */
NLA_API void kmem_cache_free_bulk(struct kmem_cache *cache, size_t size, void **objects);

/** ..._tagged_noprof - the same, counted at the call site tag (nolockalloc/alloc_tag.h); NULL: at none. What the
 *  macros become with NOLOCKALLOC_ALLOC_TAGS. */
NLA_API void *kmem_cache_alloc_tagged_noprof(struct kmem_cache *cache, gfp_t flags,
                                             struct alloc_tag *tag) NLA_NODISCARD;
NLA_API void *kmem_cache_alloc_nolock_tagged_noprof(struct kmem_cache *cache, gfp_t flags, int node,
                                                    struct alloc_tag *tag) NLA_NODISCARD;
#if defined(NOLOCKALLOC_ALLOC_TAGS)
static inline int nla_kmem_cache_alloc_bulk(struct kmem_cache *cache, gfp_t flags, size_t size,
                                            void **objects, struct alloc_tag *tag)
{
    for (size_t i = 0; i < size; i++)
    {
        objects[i] = kmem_cache_alloc_tagged_noprof(cache, flags, tag);
        if (objects[i] == NULL)
        {
            kmem_cache_free_bulk(cache, i, objects);
            return 0;
        }
    }
    return (int)size;
}
#define kmem_cache_alloc_bulk(...) alloc_hooks(nla_kmem_cache_alloc_bulk(__VA_ARGS__, NLA_TAG))
#endif

#ifdef __cplusplus
}
#endif

#endif /* NOLOCKALLOC_KMEM_CACHE_H */
