// SPDX-License-Identifier: MIT
//
// A created cache that is debugged, its objects, and processes that play a role with it.
#ifndef NOLOCKALLOC_TESTS_DEBUG_CACHE_H
#define NOLOCKALLOC_TESTS_DEBUG_CACHE_H

#include "child.h"
#include "debug_reports.h"

#include <cstring>
#include <nolockalloc.h>

constexpr slab_flags_t kFlags =
    SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER;
constexpr unsigned kSize = 52;

inline struct kmem_cache *g_cache;
inline uint8_t *g_object;

// Debugged if the process's options say so, or the environment asks for the flags.
inline struct kmem_cache *create(kmem_cache_ctor constructor = nullptr, const char *name = "mine")
{
    slab_flags_t flags = getenv("NLA_TEST_BY_FLAGS") != nullptr ? kFlags : SLAB_NO_MERGE;
    return g_cache = kmem_cache_create(name, kSize, 0, flags, constructor);
}

inline uint8_t *allocate()
{
    return hidden(kmem_cache_alloc_nolock(g_cache, 0, NUMA_NO_NODE));
}

inline uint8_t *allocate_and_free()
{
    uint8_t *object = allocate();
    kmem_cache_free_nolock(g_cache, object);
    return object;
}

inline int validated(int expected, const char *cache = nullptr)
{
    return nolockalloc_validate(cache) == expected ? 0 : 1;
}

inline void construct(void *object)
{
    memset(object, 0xc7, kSize);
}

// Under an option; with nullptr, by flags.
inline ChildResult run(const char *role, const char *options)
{
    if (options == nullptr)
        setenv("NLA_TEST_BY_FLAGS", "1", 1);
    ChildResult result = run_role(role, options == nullptr ? "" : options);
    unsetenv("NLA_TEST_BY_FLAGS");
    return result;
}

#endif
