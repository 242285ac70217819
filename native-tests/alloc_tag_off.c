/* SPDX-License-Identifier: MIT */
/* A call site in a file that does not want tags. */
#include "alloc_tag_sites.h"

void *site_without_tags(size_t size)
{
    return kmalloc_nolock(size, 0, NUMA_NO_NODE);
}
