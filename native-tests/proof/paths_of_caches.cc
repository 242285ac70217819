// SPDX-License-Identifier: MIT
//
// What is built on the core: kmalloc of normal context with its large sizes, created caches,
// objects that are charged to a group or counted at a call site. Each call gives back what it
// takes.
#include "paths.h"

#include <nolockalloc/alloc_tag.h>
#include <nolockalloc/kmalloc.h>
#include <nolockalloc/kmem_cache.h>
#include <nolockalloc/memcg.h>

#include <cstring>

namespace proof
{
namespace
{
// One of each for the whole process: a run begins where the last one left off.
struct kmem_cache *g_cache;
struct nolockalloc_memcg *g_group;
struct nolockalloc_tag_module g_module = {"proof"};
struct alloc_tag g_tag = {&g_module, __FILE__, "a call site", __LINE__, 0};

template <size_t kSize> void allocate_normally(Interruption &on)
{
    void *object = kmalloc(kSize, GFP_KERNEL | __GFP_ZERO);
    complain_if(on, object == nullptr || ksize(object) < kSize);
    if (object != nullptr)
        memset(object, 0x5a, kSize);
    kfree(object);
}

template <size_t kFrom, size_t kTo> void grow(Interruption &on)
{
    void *object = kmalloc(kFrom, GFP_ATOMIC);
    complain_if(on, object == nullptr);
    if (object == nullptr)
        return;
    memset(object, 0x5a, kFrom);
    void *larger = krealloc(object, kTo, GFP_ATOMIC);
    complain_if(on, larger == nullptr || static_cast<char *>(larger)[kFrom - 1] != 0x5a);
    kfree_sensitive(larger != nullptr ? larger : object);
}

void copy_a_string(Interruption &on)
{
    char *copy = kstrdup("a string", GFP_KERNEL);
    complain_if(on, copy == nullptr || strcmp(copy, "a string") != 0);
    kfree(copy);
}

void make_a_cache(Interruption &)
{
    if (g_cache == nullptr)
        g_cache = kmem_cache_create("proof", 200, 0, SLAB_NO_MERGE, nullptr);
}

void use_the_cache(Interruption &on)
{
    void *object = kmem_cache_alloc(g_cache, GFP_KERNEL);
    complain_if(on, object == nullptr);
    if (object != nullptr)
        kmem_cache_free(g_cache, object);
}

void use_the_cache_anywhere(Interruption &on)
{
    void *object = kmem_cache_alloc_nolock(g_cache, __GFP_ZERO, NUMA_NO_NODE);
    complain_if(on, object == nullptr);
    if (object != nullptr)
        kmem_cache_free_nolock(g_cache, object);
}

void use_the_cache_in_bulk(Interruption &on)
{
    void *objects[20];
    int taken = kmem_cache_alloc_bulk(g_cache, GFP_KERNEL, 20, objects);
    complain_if(on, taken != 20);
    if (taken != 0)
        kmem_cache_free_bulk(g_cache, size_t(taken), objects);
    kmem_cache_shrink(g_cache);
}

void create_and_destroy(Interruption &on)
{
    struct kmem_cache *cache = kmem_cache_create("short-lived", 300, 0, SLAB_NO_MERGE, nullptr);
    complain_if(on, cache == nullptr);
    if (cache == nullptr)
        return;
    void *object = kmem_cache_alloc(cache, GFP_KERNEL);
    complain_if(on, object == nullptr);
    if (object != nullptr)
        kmem_cache_free(cache, object);
    kmem_cache_destroy(cache);
}

void make_a_group(Interruption &)
{
    if (g_group == nullptr)
        g_group = nolockalloc_memcg_create(nullptr, 1 << 20);
    nolockalloc_memcg_set_active(g_group);
}

void allocate_charged(Interruption &on)
{
    void *object = kmalloc_nolock(64, __GFP_ACCOUNT, NUMA_NO_NODE);
    complain_if(on, object == nullptr);
    kfree_nolock(object);
}

void make_and_put_a_group(Interruption &on)
{
    struct nolockalloc_memcg *group = nolockalloc_memcg_create(g_group, 4096);
    complain_if(on, group == nullptr);
    if (group == nullptr)
        return;
    nolockalloc_memcg_set_active(group);
    void *object = kmalloc_nolock(64, __GFP_ACCOUNT, NUMA_NO_NODE);
    complain_if(on,
                object == nullptr || kmalloc_nolock(8192, __GFP_ACCOUNT, NUMA_NO_NODE) != nullptr);
    nolockalloc_memcg_set_active(g_group);
    nolockalloc_memcg_put(group);
    kfree_nolock(object);
}

void shrink_the_cache(Interruption &on)
{
    void *object = kmem_cache_alloc(g_cache, GFP_ATOMIC);
    complain_if(on, object == nullptr || kmem_cache_shrink(g_cache) != 1);
    kmem_cache_free(g_cache, object);
}

void allocate_counted(Interruption &on)
{
    void *object = kmalloc_nolock_tagged_noprof(64, 0, NUMA_NO_NODE, &g_tag);
    complain_if(on, object == nullptr);
    kfree_nolock(object);
}

void write_call_sites(Interruption &on)
{
    complain_if(on, nolockalloc_allocinfo(nowhere()) != 0);
}
} // namespace

void add_caches(std::vector<Situation> &to)
{
    Adding add{to};
    // Of a cache beyond the buckets there is one slab, and one of vectors where something is
    // written down. Who reallocates has two objects in hand; a refused one is in hand for a while,
    // too.
    auto of_a_cache = [&](const char *name, const char *function, Hook call, Hook set_up)
    { add(name, function, call, set_up).slabs_in_hand = 1; };
    auto of_three = [&](const char *name, const char *function, Hook call, Hook set_up)
    { add(name, function, call, set_up).slabs_in_hand = 3; };
    auto of_two = [&](const char *name, const char *function, Hook call, Hook set_up)
    { add(name, function, call, set_up).slabs_in_hand = 2; };
    add("KmallocNormally", "kmalloc", allocate_normally<64>);
    of_a_cache("KmallocLarge", "kmalloc", allocate_normally<20000>, nullptr);
    of_two("KreallocInTheBuckets", "krealloc", grow<60, 500>, nullptr);
    of_two("KreallocToPages", "krealloc", grow<8000, 12000>, nullptr);
    add("Kstrdup", "kstrdup", copy_a_string);
    of_a_cache("CacheAllocate", "kmem_cache_alloc", use_the_cache, make_a_cache);
    of_a_cache("CacheAllocateNolock", "kmem_cache_alloc_nolock", use_the_cache_anywhere,
               make_a_cache);
    of_a_cache("CacheInBulk", "kmem_cache_alloc_bulk", use_the_cache_in_bulk, make_a_cache);
    of_a_cache("CacheShrink", "kmem_cache_shrink", shrink_the_cache, make_a_cache);
    of_a_cache("CacheCreateAndDestroy", "kmem_cache_create", create_and_destroy, nullptr);
    of_two("AllocateCharged", "kmalloc_nolock", allocate_charged, make_a_group);
    of_three("GroupCreateAndPut", "nolockalloc_memcg_create", make_and_put_a_group, make_a_group);
    of_two("AllocateCounted", "kmalloc_nolock_tagged_noprof", allocate_counted, nullptr);
    of_two("Allocinfo", "nolockalloc_allocinfo", write_call_sites, allocate_counted);
}
} // namespace proof
