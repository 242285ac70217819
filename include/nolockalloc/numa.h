/* SPDX-License-Identifier: MIT */
/*
 * NUMA nodes. The address space for slabs is divided into equal ranges, one for each node that the OS says the
 * process may have memory of; the OS is asked to take each range's pages from its node, as long as that has
 * some (mbind(2), MPOL_PREFERRED). NOLOCKALLOC_OPTIONS=nodes=N says how many nodes there are, 1 to 16; where
 * the machine has not just so many, they are pretended: processor p belongs to node p % N, and pages are where
 * the OS puts them. nodes=1 leaves everything to the OS. A process that may have memory of one node only has
 * one node, of number 0. Above 15, the machine's node n counts as n % 16.
 *
 * Every function that takes a node serves it from that node; where that has no memory left, from the next one
 * by number, and so on around, before idle memory is given back and before NULL. With NUMA_NO_NODE the first is
 * the node that the calling thread runs on. __GFP_THISNODE, in functions that accept it, rules out the others.
 * A node that does not exist is reported once on stderr and gives NULL.
 *
 * A thread's arrays have memory of one node: the one it ran on when they were last empty. What it frees of
 * other nodes goes to its slab at once.
 */
#ifndef NOLOCKALLOC_NUMA_H
#define NOLOCKALLOC_NUMA_H

#include "kmem_cache.h"
#include "page.h"

#ifdef __cplusplus
extern "C" {
#endif

/** num_online_nodes - how many nodes there are (include/linux/nodemask.h). Context: any. Return: 1 to 16. */
NLA_API int num_online_nodes(void);

/** numa_node_id - the node that the calling thread runs on at this moment (include/linux/topology.h).
 * Context: any. Return: 0 to num_online_nodes() - 1. */
NLA_API int numa_node_id(void);

/** page_to_nid - the node of a page (include/linux/mm.h). Context: any. Return: the node; NUMA_NO_NODE: it is no
 * page of the arena. */
NLA_API int page_to_nid(const struct page *page);

/** nolockalloc_nid - the node of an object. Context: any. Return: the node; NUMA_NO_NODE: the address is none of
 * the arena's. */
NLA_API int nolockalloc_nid(const void *object);

/** kmalloc_node - kmalloc() from a node (include/linux/slab.h). Context and Return: as of kmalloc(); NULL if
 * node does not exist, or if it has no memory and flags have __GFP_THISNODE. */
NLA_API void *kmalloc_node(size_t size, gfp_t flags, int node) NLA_MALLOC(1);

/** kzalloc_node - kmalloc_node() of zero bytes. */
#define kzalloc_node(size, flags, node) kmalloc_node((size), (flags) | __GFP_ZERO, (node))

/** kmem_cache_alloc_node - kmem_cache_alloc() from a node (include/linux/slab.h). Context and Return: as of
 * kmem_cache_alloc(), and as of kmalloc_node() as to nodes. */
NLA_API void *kmem_cache_alloc_node(struct kmem_cache *cache, gfp_t flags, int node) NLA_NODISCARD;

/** ..._tagged_noprof - the same, counted at the call site tag (nolockalloc/alloc_tag.h); NULL: at none. What the
 *  names become with NOLOCKALLOC_ALLOC_TAGS. */
NLA_API void *kmalloc_node_tagged_noprof(size_t size, gfp_t flags, int node,
                                         struct alloc_tag *tag) NLA_MALLOC(1);
NLA_API void *kmem_cache_alloc_node_tagged_noprof(struct kmem_cache *cache, gfp_t flags, int node,
                                                  struct alloc_tag *tag) NLA_NODISCARD;
#if defined(NOLOCKALLOC_ALLOC_TAGS)
#define kmalloc_node(...) NLA_ALLOC(kmalloc_node, __VA_ARGS__)
#define kmem_cache_alloc_node(...) NLA_ALLOC(kmem_cache_alloc_node, __VA_ARGS__)
#endif

#ifdef __cplusplus
}
#endif

#endif /* NOLOCKALLOC_NUMA_H */
