/* SPDX-License-Identifier: MIT */
#ifndef NOLOCKALLOC_TESTS_ALLOC_TAG_FAMILY_H
#define NOLOCKALLOC_TESTS_ALLOC_TAG_FAMILY_H

#include "nolockalloc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A function of alloc_tag_family.c that allocates 64 bytes, of the cache or not. The last has no name. */
struct tagged_site
{
    const char *function;
    void *(*allocate)(struct kmem_cache *cache);
};
extern const struct tagged_site tagged_sites[];

struct page *tagged_pages(unsigned order);
struct page *tagged_frozen_pages(unsigned order);
void *tagged_large(size_t size);
void *caller_of_a_helper(size_t size);

#ifdef __cplusplus
}
#endif

#endif
