/* SPDX-License-Identifier: MIT */
/* A call site of each function that allocates, in C. */
#define NOLOCKALLOC_ALLOC_TAGS
#include "alloc_tag_family.h"

#define SIZE 60
#define SITE(name, allocation)                                                                     \
    static void *site_of_##name(struct kmem_cache *cache)                                          \
    {                                                                                              \
        (void)cache;                                                                               \
        return allocation;                                                                         \
    }

static const char text[SIZE] = "a text of so many characters that it needs 64 bytes: yes";

SITE(kmalloc, kmalloc(SIZE, GFP_KERNEL))
SITE(kzalloc, kzalloc(SIZE, GFP_ATOMIC))
SITE(kmalloc_array, kmalloc_array(3, 20, GFP_KERNEL))
SITE(kcalloc, kcalloc(3, 20, GFP_KERNEL))
SITE(krealloc, krealloc(NULL, SIZE, GFP_KERNEL))
SITE(krealloc_array, krealloc_array(NULL, 3, 20, GFP_KERNEL))
SITE(kmemdup, kmemdup(text, SIZE, GFP_KERNEL))
SITE(kmemdup_nul, kmemdup_nul(text, SIZE - 1, GFP_KERNEL))
SITE(kstrdup, kstrdup(text, GFP_KERNEL))
SITE(kstrndup, kstrndup(text, SIZE - 10, GFP_KERNEL))
SITE(kmalloc_nolock, kmalloc_nolock(SIZE, 0, NUMA_NO_NODE))
SITE(kmem_cache_alloc, kmem_cache_alloc(cache, GFP_KERNEL))
SITE(kmem_cache_zalloc, kmem_cache_zalloc(cache, GFP_KERNEL))
SITE(kmem_cache_alloc_nolock, kmem_cache_alloc_nolock(cache, 0, NUMA_NO_NODE))
SITE(kmalloc_node, kmalloc_node(SIZE, GFP_KERNEL, 0))
SITE(kzalloc_node, kzalloc_node(SIZE, GFP_KERNEL, NUMA_NO_NODE))
SITE(kmem_cache_alloc_node, kmem_cache_alloc_node(cache, GFP_KERNEL, 0))

static void *site_of_kmem_cache_alloc_bulk(struct kmem_cache *cache)
{
    void *object;
    return kmem_cache_alloc_bulk(cache, GFP_KERNEL, 1, &object) == 1 ? object : NULL;
}

#define ROW(name) {"site_of_" #name, site_of_##name}
const struct tagged_site tagged_sites[] = {
    ROW(kmalloc),         ROW(kzalloc),          ROW(kmalloc_array),     ROW(kcalloc),
    ROW(krealloc),        ROW(krealloc_array),   ROW(kmemdup),           ROW(kmemdup_nul),
    ROW(kstrdup),         ROW(kstrndup),         ROW(kmalloc_nolock),    ROW(kmem_cache_alloc),
    ROW(kmem_cache_zalloc), ROW(kmem_cache_alloc_nolock), ROW(kmem_cache_alloc_bulk),
    ROW(kmalloc_node),    ROW(kzalloc_node),     ROW(kmem_cache_alloc_node), {NULL, NULL},
};

struct page *tagged_pages(unsigned order)
{
    return alloc_pages_nolock(0, NUMA_NO_NODE, order);
}

struct page *tagged_frozen_pages(unsigned order)
{
    return alloc_frozen_pages_nolock(0, NUMA_NO_NODE, order);
}

void *tagged_large(size_t size)
{
    return kmalloc(size, GFP_KERNEL_ACCOUNT);
}

/* A helper that hands on what it is given, and counts at its callers'. */
static void *my_alloc_tagged_noprof(size_t size, struct alloc_tag *tag)
{
    return kmalloc_tagged_noprof(size, GFP_KERNEL, tag);
}
#define my_alloc(...) NLA_ALLOC(my_alloc, __VA_ARGS__)

void *caller_of_a_helper(size_t size)
{
    return my_alloc(size);
}
