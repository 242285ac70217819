/* SPDX-License-Identifier: MIT */
/*
 * The rest of kmalloc's family where the build option NOLOCKALLOC_VALGRIND is on, made of the entries in
 * entry_valgrind.c: the C# core's own copies, fills and frees would touch memory that memcheck takes for no object's.
 * An object that krealloc() is given moves each time, so that a pointer which was kept is found.
 */
#include <string.h>
#include <valgrind/memcheck.h>

#include "nolockalloc.h"
#include "shim.h"

/* In parentheses: not the header's macros. */
void *(kmalloc)(size_t size, gfp_t flags)
{
    return kmalloc_noprof(size, flags);
}

void(kfree)(const void *object)
{
    kfree_noprof(object);
}

void *(kmem_cache_alloc)(struct kmem_cache * cache, gfp_t flags)
{
    return kmem_cache_alloc_noprof(cache, flags);
}

void(kmem_cache_free)(struct kmem_cache *cache, void *object)
{
    kmem_cache_free_noprof(cache, object);
}

void *(kmem_cache_alloc_nolock)(struct kmem_cache * cache, gfp_t flags, int node)
{
    return kmem_cache_alloc_nolock_noprof(cache, flags, node);
}

void(kmem_cache_free_nolock)(struct kmem_cache *cache, void *object)
{
    kmem_cache_free_nolock_noprof(cache, object);
}

void *(kmalloc_node)(size_t size, gfp_t flags, int node)
{
    return kmalloc_node_tagged_noprof(size, flags, node, NULL);
}

void *(kmem_cache_alloc_node)(struct kmem_cache * cache, gfp_t flags, int node)
{
    return kmem_cache_alloc_node_tagged_noprof(cache, flags, node, NULL);
}

static void *allocate(size_t size, gfp_t flags, struct alloc_tag *tag)
{
    return tag == NULL ? kmalloc_noprof(size, flags) : kmalloc_tagged_noprof(size, flags, tag);
}

void *krealloc_tagged_noprof(const void *object, size_t new_size, gfp_t flags,
                             struct alloc_tag *tag)
{
    size_t old = ZERO_OR_NULL_PTR(object) ? 0 : ksize(object);
    void *moved = allocate(new_size, flags, tag);
    if (!ZERO_OR_NULL_PTR(moved))
    {
        VALGRIND_DISABLE_ERROR_REPORTING; /* of the bytes between what was asked for and ksize() */
        memcpy(moved, object, old < new_size ? old : new_size);
        VALGRIND_ENABLE_ERROR_REPORTING;
    }
    if (moved != NULL)
    {
        kfree_noprof(object);
    }
    return moved;
}

void kfree_sensitive(const void *object)
{
    if (!ZERO_OR_NULL_PTR(object))
    {
        VALGRIND_DISABLE_ERROR_REPORTING;
        memset((void *)(uintptr_t)object, 0, ksize(object));
        VALGRIND_ENABLE_ERROR_REPORTING;
    }
    kfree_noprof(object);
}

void kfree_bulk(size_t size, void **objects)
{
    while (size > 0)
    {
        kfree_noprof(objects[--size]);
    }
}

void *kmemdup_tagged_noprof(const void *from, size_t size, gfp_t flags, struct alloc_tag *tag)
{
    void *copy = allocate(size, flags, tag);
    return ZERO_OR_NULL_PTR(copy) ? copy : memcpy(copy, from, size);
}

char *kmemdup_nul_tagged_noprof(const char *from, size_t size, gfp_t flags, struct alloc_tag *tag)
{
    char *copy = from == NULL || size == SIZE_MAX ? NULL : allocate(size + 1, flags, tag);
    if (copy != NULL)
    {
        memcpy(copy, from, size);
        copy[size] = 0;
    }
    return copy;
}

char *kstrndup_tagged_noprof(const char *text, size_t max, gfp_t flags, struct alloc_tag *tag)
{
    size_t length = 0;
    while (text != NULL && length < max && text[length] != 0)
    {
        length++;
    }
    return kmemdup_nul_tagged_noprof(text, length, flags, tag);
}

char *kstrdup_tagged_noprof(const char *text, gfp_t flags, struct alloc_tag *tag)
{
    return kstrndup_tagged_noprof(text, SIZE_MAX - 1, flags, tag);
}

void *krealloc(const void *object, size_t new_size, gfp_t flags)
{
    return krealloc_tagged_noprof(object, new_size, flags, NULL);
}

void *kmemdup(const void *from, size_t size, gfp_t flags)
{
    return kmemdup_tagged_noprof(from, size, flags, NULL);
}

char *kmemdup_nul(const char *from, size_t size, gfp_t flags)
{
    return kmemdup_nul_tagged_noprof(from, size, flags, NULL);
}

char *kstrndup(const char *text, size_t max, gfp_t flags)
{
    return kstrndup_tagged_noprof(text, max, flags, NULL);
}

char *kstrdup(const char *text, gfp_t flags)
{
    return kstrdup_tagged_noprof(text, flags, NULL);
}

int kmem_cache_alloc_bulk(struct kmem_cache *cache, gfp_t flags, size_t size, void **objects)
{
    for (size_t i = 0; i < size; i++)
    {
        objects[i] = kmem_cache_alloc_noprof(cache, flags);
        if (objects[i] == NULL)
        {
            kfree_bulk(i, objects);
            return 0;
        }
    }
    return (int)size;
}

void kmem_cache_free_bulk(struct kmem_cache *cache, size_t size, void **objects)
{
    (void)cache;
    kfree_bulk(size, objects);
}
