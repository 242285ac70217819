/* SPDX-License-Identifier: MIT */
/*
 * kmalloc() and its family (include/linux/slab.h, Linux 6.18): allocation in normal context, on the same
 * buckets and arrays as kmalloc_nolock().
 *
 * "Context: normal" is code that no signal interrupted. Nothing here waits or takes a lock that an
 * interrupted call could hold, so a handler that calls one of these corrupts nothing and never hangs; but
 * GFP_KERNEL may take as long as giving all idle memory back to the OS takes, large sizes may lose the
 * object in hand where a call is abandoned at a third level of interruption, and failslab may fail them.
 * In a handler say GFP_ATOMIC or GFP_NOWAIT, or kmalloc_nolock().
 *
 * Which free for which object:
 *
 *                      kfree()            kfree_nolock()
 *   kmalloc()          yes                no: reported by a library built with NOLOCKALLOC_HARDENED, and freed
 *   kmalloc_nolock()   yes                yes
 *   above 8192 bytes   yes                no: reported once, and the object is kept, as in the kernel
 *
 * NOLOCKALLOC_OPTIONS=failslab=<interval>,<probability>,<space>,<times> (the kernel's failslab): kmalloc() and
 * kmem_cache_alloc() fail on purpose, of each interval of calls one, with so many percent, after space bytes,
 * so many times (-1: for ever). Also with GFP_KERNEL and of large sizes. The nolock functions never do.
 */
#ifndef NOLOCKALLOC_KMALLOC_H
#define NOLOCKALLOC_KMALLOC_H

#include "../nolockalloc.h"

#ifdef __cplusplus
extern "C" {
#endif

struct alloc_tag; /* nolockalloc/alloc_tag.h */

/* ---- gfp flags, with the kernel's values ---------------------------------------------------------- */

/* Reported once and ignored: there are no zones. */
#define __GFP_DMA ((gfp_t)0x1u)
#define __GFP_HIGHMEM ((gfp_t)0x2u)
#define __GFP_DMA32 ((gfp_t)0x4u)
/* Accepted, without effect. */
#define __GFP_MOVABLE ((gfp_t)0x8u)
#define __GFP_RECLAIMABLE ((gfp_t)0x10u)
#define __GFP_HIGH ((gfp_t)0x20u)
#define __GFP_IO ((gfp_t)0x40u)
#define __GFP_FS ((gfp_t)0x80u)
#define __GFP_KSWAPD_RECLAIM ((gfp_t)0x800u)
#define __GFP_RETRY_MAYFAIL ((gfp_t)0x4000u)
#define __GFP_NORETRY ((gfp_t)0x10000u)
#define __GFP_MEMALLOC ((gfp_t)0x20000u)
#define __GFP_COMP ((gfp_t)0x40000u)
#define __GFP_NOMEMALLOC ((gfp_t)0x80000u)
#define __GFP_HARDWALL ((gfp_t)0x100000u)
#define __GFP_THISNODE ((gfp_t)0x200000u)
/** Before NULL, give idle memory back to the OS and look again. */
#define __GFP_DIRECT_RECLAIM ((gfp_t)0x400u)
/** No report where size is above KMALLOC_MAX_SIZE. */
#define __GFP_NOWARN ((gfp_t)0x2000u)
/** Nothing here waits, so this cannot be kept: reported once and ignored; NULL is possible. */
#define __GFP_NOFAIL ((gfp_t)0x8000u)

#define __GFP_RECLAIM (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define GFP_ATOMIC (__GFP_HIGH | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOWAIT (__GFP_KSWAPD_RECLAIM | __GFP_NOWARN)
#define GFP_NOIO (__GFP_RECLAIM)
#define GFP_NOFS (__GFP_RECLAIM | __GFP_IO)

/** The largest size that kmalloc() serves, in bytes: 4 MiB, order 10. */
#define KMALLOC_MAX_SIZE ((size_t)4 << 20)

/* ---- allocate and free ---------------------------------------------------------------------------- */

/**
 * kmalloc - allocate memory
 * @size: bytes; up to KMALLOC_MAX_CACHE_SIZE from the buckets of kmalloc_nolock(), above that a power of
 *        two of pages of 4 KiB, as large as it is aligned
 * @flags: GFP_KERNEL, GFP_ATOMIC, GFP_NOWAIT ..., __GFP_ZERO, __GFP_ACCOUNT (nolockalloc/memcg.h)
 *
 * Context: normal; any without __GFP_DIRECT_RECLAIM.
 * Return: the object; ZERO_SIZE_PTR for size 0; NULL if memory is exhausted, if failslab or a group's limit
 * says so, or if size is above KMALLOC_MAX_SIZE, which is reported once.
 */
NLA_API void *kmalloc(size_t size, gfp_t flags) NLA_MALLOC(1);

/**
 * kfree - free what kmalloc(), kmalloc_nolock() or a cache's allocation returned
 * @object: NULL and ZERO_SIZE_PTR do nothing
 *
 * Context: normal; any where the object is not above KMALLOC_MAX_CACHE_SIZE.
 * Errors: as of kfree_nolock().
 */
NLA_API void kfree(const void *object);

/** The direct entries, as kmalloc_nolock_noprof() is one. */
NLA_API void *kmalloc_noprof(size_t size, gfp_t flags) NLA_MALLOC(1);
NLA_API void kfree_noprof(const void *object);
#define kmalloc(...) NLA_ALLOC(kmalloc, __VA_ARGS__)
#define kfree(object) kfree_noprof(object)

/**
 * krealloc - make an object larger or smaller
 * @object: an object, NULL or ZERO_SIZE_PTR
 * @new_size: 0 frees the object and returns ZERO_SIZE_PTR
 * @flags: as of kmalloc(). __GFP_ZERO: what lies behind new_size in an object that stays where it is becomes
 *         zero; what a larger one has more is zero if every allocation of the object was made with __GFP_ZERO.
 *         __GFP_ACCOUNT: as of an allocation, where the object moves; else it stays charged as it was.
 *
 * Context: as of kmalloc(). Return: the object, which may have moved; NULL, and the old one is as it was.
 */
NLA_API void *krealloc(const void *object, size_t new_size, gfp_t flags) NLA_NODISCARD;

/** kfree_sensitive - write zero over all of ksize() bytes, then kfree(). Context: as of kfree(). */
NLA_API void kfree_sensitive(const void *object);

/** kfree_bulk - kfree() of size objects. Context: as of kfree(). */
NLA_API void kfree_bulk(size_t size, void **objects);

/* ---- copies --------------------------------------------------------------------------------------- */

/** kmemdup - a copy of size bytes. Context and Return: as of kmalloc(). */
NLA_API void *kmemdup(const void *from, size_t size, gfp_t flags) NLA_MALLOC(2);

/** kmemdup_nul - size bytes and a 0 behind them; NULL of NULL. Context and Return: as of kmalloc(). */
NLA_API char *kmemdup_nul(const char *from, size_t size, gfp_t flags) NLA_NODISCARD;

/** kstrdup - a copy of a string; NULL of NULL. Context and Return: as of kmalloc(). */
NLA_API char *kstrdup(const char *text, gfp_t flags) NLA_NODISCARD;

/** kstrndup - a copy of at most so many characters; NULL of NULL. Context and Return: as of kmalloc(). */
NLA_API char *kstrndup(const char *text, size_t max, gfp_t flags) NLA_NODISCARD;

/* ---- counted at a call site ----------------------------------------------------------------------- */

/** ..._tagged_noprof - the same, counted at the call site tag; NULL: at none. What the macros become with
 *  NOLOCKALLOC_ALLOC_TAGS. An object that krealloc() leaves where it is stays counted where it was. */
NLA_API void *kmalloc_tagged_noprof(size_t size, gfp_t flags, struct alloc_tag *tag) NLA_MALLOC(1);
NLA_API void *krealloc_tagged_noprof(const void *object, size_t new_size, gfp_t flags,
                                     struct alloc_tag *tag) NLA_NODISCARD;
NLA_API void *kmemdup_tagged_noprof(const void *from, size_t size, gfp_t flags,
                                    struct alloc_tag *tag) NLA_MALLOC(2);
NLA_API char *kmemdup_nul_tagged_noprof(const char *from, size_t size, gfp_t flags,
                                        struct alloc_tag *tag) NLA_NODISCARD;
NLA_API char *kstrdup_tagged_noprof(const char *text, gfp_t flags, struct alloc_tag *tag) NLA_NODISCARD;
NLA_API char *kstrndup_tagged_noprof(const char *text, size_t max, gfp_t flags,
                                     struct alloc_tag *tag) NLA_NODISCARD;
#if defined(NOLOCKALLOC_ALLOC_TAGS)
#define krealloc(...) NLA_ALLOC(krealloc, __VA_ARGS__)
#define kmemdup(...) NLA_ALLOC(kmemdup, __VA_ARGS__)
#define kmemdup_nul(...) NLA_ALLOC(kmemdup_nul, __VA_ARGS__)
#define kstrdup(...) NLA_ALLOC(kstrdup, __VA_ARGS__)
#define kstrndup(...) NLA_ALLOC(kstrndup, __VA_ARGS__)
#endif

/* ---- with a product for a size, and zeroed -------------------------------------------------------- */

/* SIZE_MAX if the product does not fit, which no allocation serves. */
static inline size_t nla_size_mul(size_t count, size_t size)
{
    return size != 0 && count > SIZE_MAX / size ? SIZE_MAX : count * size;
}

/* tag: NULL, or the call site's. */
static inline void *nla_kmalloc_array(size_t count, size_t size, gfp_t flags, struct alloc_tag *tag)
{
    size_t bytes = nla_size_mul(count, size);
    return bytes == SIZE_MAX ? NULL
           : tag == NULL     ? kmalloc_noprof(bytes, flags)
                             : kmalloc_tagged_noprof(bytes, flags, tag);
}

static inline void *nla_krealloc_array(void *object, size_t count, size_t size, gfp_t flags,
                                       struct alloc_tag *tag)
{
    size_t bytes = nla_size_mul(count, size);
    return bytes == SIZE_MAX ? NULL : krealloc_tagged_noprof(object, bytes, flags, tag);
}

/** kzalloc - kmalloc() of zero bytes. */
#define kzalloc(size, flags) NLA_ALLOC(kmalloc, (size), (flags) | __GFP_ZERO)
/** kmalloc_array, kcalloc - count objects of size bytes; NULL if the product does not fit into a size_t. */
#define kmalloc_array(count, size, flags)                                                   \
    alloc_hooks(nla_kmalloc_array((count), (size), (flags), NLA_TAG))
#define kcalloc(count, size, flags) kmalloc_array((count), (size), (flags) | __GFP_ZERO)
/** krealloc_array - krealloc() to count objects of size bytes; NULL if the product does not fit. */
#define krealloc_array(object, count, size, flags)                                                 \
    alloc_hooks(nla_krealloc_array((object), (count), (size), (flags), NLA_TAG))

#ifdef __cplusplus
}
#endif

#endif /* NOLOCKALLOC_KMALLOC_H */
