/* SPDX-License-Identifier: MIT */
/* A shared object with call sites of its own, which alloc_tag_test loads and unloads. */
#define NOLOCKALLOC_ALLOC_TAGS
#define NOLOCKALLOC_MODULE "plugin"
#include "nolockalloc.h"

__attribute__((visibility("default"))) void *plugin_allocate(size_t size);
__attribute__((visibility("default"))) void *plugin_never_called(void);

void *plugin_allocate(size_t size)
{
    return kmalloc_nolock(size, 0, NUMA_NO_NODE);
}

void *plugin_never_called(void)
{
    return kmalloc_nolock(8, 0, NUMA_NO_NODE);
}
