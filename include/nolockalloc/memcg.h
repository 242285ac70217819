/* SPDX-License-Identifier: MIT */
/*
 * Accounting: what is allocated with __GFP_ACCOUNT while a group is current is charged to it (the kernel's
 * memory cgroups): objects of kmalloc_nolock() and of kmalloc() and its family, of whatever size, objects of
 * caches (all of a cache with SLAB_ACCOUNT, as if each call had the flag), and pages. An object is charged with
 * the size of its bucket, of its cache's objects, or of its pages, to its group and to every group around that
 * one, until it is freed, by whomever. Small objects come from caches of their own (kmalloc-cg-N), past the
 * fast paths.
 *
 * A limit refuses an allocation, which then returns NULL, whether it may reclaim or not: idle memory is charged
 * to nobody, so giving it back would make no room. Only what says __GFP_HIGH (GFP_ATOMIC) in normal context goes
 * over the limit, as in the kernel. Nothing is waited for or run. Where the memory to write the charge of a small
 * object down cannot be had, the object is handed out untracked: it is charged to nobody.
 *
 * A group lives for as long as it has holders (who created it or called nolockalloc_memcg_get(), and groups
 * inside it) or objects that are charged to it. A handle is not an address, and one whose group has ended is
 * recognized, until the group's place has been used 65536 times.
 *
 * A call that is abandoned (siglongjmp() and the like) may leave the charge of the one object that it had in
 * hand on the group and those around it, which then never ends.
 */
#ifndef NOLOCKALLOC_MEMCG_H
#define NOLOCKALLOC_MEMCG_H

#include "../nolockalloc.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A handle of a group. NULL: no group. */
struct nolockalloc_memcg;

#define NOLOCKALLOC_MEMCG_NO_LIMIT UINT64_MAX

/**
 * nolockalloc_memcg_create - make a group
 * @parent: the group around it, which it holds; NULL: none
 * @limit: bytes at most, or NOLOCKALLOC_MEMCG_NO_LIMIT
 *
 * Context: any.
 * Return: its handle, of which the caller is the holder; NULL if parent has ended or has 65535 holders, or if
 * there are as many groups as there can be (one for each 256 KiB of address space for slabs, 64 to 4096).
 */
NLA_API struct nolockalloc_memcg *nolockalloc_memcg_create(struct nolockalloc_memcg *parent,
                                                           uint64_t limit) NLA_NODISCARD;

/** nolockalloc_memcg_get - one holder more. Context: any. Return: 0; -EINVAL: it has ended, or has 65535. */
NLA_API int nolockalloc_memcg_get(struct nolockalloc_memcg *group) NLA_NODISCARD;

/**
 * nolockalloc_memcg_put - one holder less; the last thing that keeps a group alive may go here
 * @group: a handle; NULL does nothing. One that has ended, or that was put as often as it was got, is
 *         reported in one line on stderr, and ignored.
 *
 * Context: any.
 */
NLA_API void nolockalloc_memcg_put(struct nolockalloc_memcg *group);

/**
 * nolockalloc_memcg_set_active - from now on the thread's accounted allocations are charged to a group
 * @group: a handle, or NULL: to none. Not held by this: if it ends, allocations are not accounted.
 *
 * A handler finds what the code that it interrupted has set, and puts it back before it returns (the kernel's
 * set_active_memcg(); what that has for interrupts besides, a thread here has not). A new thread has none.
 *
 * Context: any. Return: the handle that was current before.
 */
NLA_API struct nolockalloc_memcg *nolockalloc_memcg_set_active(struct nolockalloc_memcg *group);

/** nolockalloc_memcg_active - the thread's current group. Context: any. */
NLA_API struct nolockalloc_memcg *nolockalloc_memcg_active(void);

/** nolockalloc_memcg_from_obj - the group that an object, or the pages that begin there, are charged to, not held
 *  by this; NULL: none.
 *  Context: any. (mem_cgroup_from_slab_obj()) */
NLA_API struct nolockalloc_memcg *nolockalloc_memcg_from_obj(const void *object);

/**
 * nolockalloc_memcg_set_limit - another limit; below what is in use it refuses until enough was freed
 *
 * Context: any. Return: 0; -EINVAL if the group has ended.
 */
NLA_API int nolockalloc_memcg_set_limit(struct nolockalloc_memcg *group, uint64_t limit);

#define NOLOCKALLOC_MEMCG_STATS_VERSION 1

/** struct nolockalloc_memcg_stats - a group; bytes are its own and those of the groups inside it. */
struct nolockalloc_memcg_stats
{
    uint32_t version;   /* in: NOLOCKALLOC_MEMCG_STATS_VERSION */
    uint32_t holders;   /* out: handles that were not put, and groups inside */
    uint64_t limit;     /* out: bytes */
    uint64_t usage;     /* out: bytes charged now */
    uint64_t max_usage; /* out: most bytes that were ever charged at a time */
    uint64_t failcnt;   /* out: charges that this limit refused */
    uint64_t objects;   /* out: objects charged to this very group */
};

/** nolockalloc_memcg_stats - Context: any. Return: 0; -EINVAL: it has ended, or a version not known. */
NLA_API int nolockalloc_memcg_stats(struct nolockalloc_memcg *group,
                                    struct nolockalloc_memcg_stats *stats);

#if defined(__GNUC__)
/** nolockalloc_memcg_scope - the group is current to the end of the block, then what was before again. A
 *  statement. A block that is left by siglongjmp() leaves the group current. */
#define nolockalloc_memcg_scope(group) NLA_MEMCG_SCOPE_AT(group, __LINE__)
#define NLA_MEMCG_SCOPE_AT(group, line) NLA_MEMCG_SCOPE(group, line)
#define NLA_MEMCG_SCOPE(group, line)                                                               \
    __attribute__((cleanup(nla_memcg_end_scope), unused))                                          \
    struct nolockalloc_memcg *nla_memcg_before_##line = nolockalloc_memcg_set_active(group)

static inline __attribute__((unused)) void nla_memcg_end_scope(struct nolockalloc_memcg **before)
{
    nolockalloc_memcg_set_active(*before);
}
#endif

#ifdef __cplusplus
}
#endif

#endif /* NOLOCKALLOC_MEMCG_H */
