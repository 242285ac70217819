/* SPDX-License-Identifier: MIT */
/* Call sites in C, in the program itself. */
#define NOLOCKALLOC_ALLOC_TAGS
#include "alloc_tag_sites.h"

void *site_in_c(size_t size)
{
    return kmalloc_nolock(size, 0, NUMA_NO_NODE);
}

void *site_in_c_never_called(void)
{
    return kmalloc_nolock(8, 0, NUMA_NO_NODE);
}

void *site_that_bypasses(size_t size)
{
    return alloc_hooks(kmalloc_nolock_noprof(size, 0, NUMA_NO_NODE));
}

static inline void *helper(size_t size)
{
    return kmalloc_nolock(size, __GFP_ZERO, NUMA_NO_NODE);
}

void *site_in_a_helper(size_t size)
{
    return helper(size);
}
