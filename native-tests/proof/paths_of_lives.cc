// SPDX-License-Identifier: MIT
//
// What outlives its owner or ends too often: objects of a cache that is destroyed, groups that have ended, a number
// too many of them; and words of options that only a first call reads.
#include "paths.h"

#include "servant.h"

#include <nolockalloc/kmalloc.h>
#include <nolockalloc/kmem_cache.h>
#include <nolockalloc/memcg.h>

namespace proof
{
namespace
{
void destroy_with_objects(Interruption &on)
{
    struct kmem_cache *cache = kmem_cache_create("leaky", 360, 0, SLAB_NO_MERGE, nullptr);
    complain_if(on, cache == nullptr);
    if (cache == nullptr)
        return;
    void *normal = kmem_cache_alloc(cache, GFP_KERNEL);
    void *nolock = kmem_cache_alloc_nolock(cache, 0, NUMA_NO_NODE);
    complain_if(on, normal == nullptr || nolock == nullptr);
    kmem_cache_destroy(cache);
    kfree(normal);
    kfree(nolock);
}

// More than are told one by one.
void destroy_with_many_objects(Interruption &on)
{
    void *objects[20];
    struct kmem_cache *cache = kmem_cache_create("very leaky", 368, 0, SLAB_NO_MERGE, nullptr);
    size_t got = cache == nullptr ? 0 : size_t(kmem_cache_alloc_bulk(cache, GFP_KERNEL, std::size(objects), objects));
    complain_if(on, got != std::size(objects));
    kmem_cache_destroy(cache);
    for (size_t i = 0; i < got; i++)
        kfree(objects[i]);
}

void merge_and_destroy(Interruption &on)
{
    struct kmem_cache *first = kmem_cache_create("merged", 376, 0, 0, nullptr);
    struct kmem_cache *second = kmem_cache_create("merged too", 376, 0, 0, nullptr);
    complain_if(on, first == nullptr || first != second);
    kmem_cache_destroy(second);
    kmem_cache_destroy(first);
}

// Of another thread's array there is an object, too, which the program does not have.
void leave_a_cache_behind(Interruption &on)
{
    static struct kmem_cache *cache;
    cache = kmem_cache_create("left", 392, 0, SLAB_NO_MERGE, nullptr);
    complain_if(on, cache == nullptr);
    on_a_thread_that_ends([] { kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL)); });
    on.pointer = cache;
}

void leave_a_cache_to_a_thread(Interruption &on)
{
    static OwnServant servant;
    static struct kmem_cache *cache;
    cache = kmem_cache_create("in use", 392, 0, SLAB_NO_MERGE, nullptr);
    complain_if(on, cache == nullptr);
    servant.get().perform([] { kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL)); });
    on.pointer = cache;
}

void destroy_it(Interruption &on)
{
    kmem_cache_destroy(static_cast<struct kmem_cache *>(on.pointer));
}

void create_and_destroy(Interruption &on, const char *name, unsigned size, slab_flags_t flags)
{
    struct kmem_cache *cache = kmem_cache_create(name, size, 0, flags, nullptr);
    complain_if(on, cache == nullptr);
    kmem_cache_destroy(cache);
}

void create_debugged(Interruption &on)
{
    create_and_destroy(on, "debugged", 100, SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_HWCACHE_ALIGN);
}

// As large as its debugging does not let it be.
void create_debugged_large(Interruption &on)
{
    create_and_destroy(on, "large", 4090, SLAB_NO_MERGE);
}

// A stale handle, in every function that takes one.
void put_a_group_twice(Interruption &on)
{
    struct nolockalloc_memcg *group = nolockalloc_memcg_create(nullptr, 1 << 20);
    complain_if(on, group == nullptr);
    if (group == nullptr)
        return;
    nolockalloc_memcg_put(group);
    nolockalloc_memcg_put(group);
    struct nolockalloc_memcg_stats stats = {};
    stats.version = NOLOCKALLOC_MEMCG_STATS_VERSION;
    complain_if(on, nolockalloc_memcg_get(group) == 0 || nolockalloc_memcg_stats(group, &stats) == 0 ||
                        nolockalloc_memcg_set_limit(group, 4096) == 0 ||
                        nolockalloc_memcg_create(group, 4096) != nullptr);
}

void take_all_groups(Interruption &on)
{
    static struct nolockalloc_memcg *parent;
    parent = nolockalloc_memcg_create(nullptr, 1 << 20);
    while (nolockalloc_memcg_create(parent, 4096) != nullptr)
        continue;
    on.pointer = parent;
}

void create_one_more_group(Interruption &on)
{
    complain_if(on, nolockalloc_memcg_create(static_cast<struct nolockalloc_memcg *>(on.pointer), 4096) != nullptr);
    complain_if(on, nolockalloc_memcg_active() != nullptr);
}

void allocate_where_it_may_fail(Interruption &)
{
    for (int i = 0; i < 4; i++)
        kfree(kmalloc(60, GFP_ATOMIC));
}
} // namespace

void add_lives(std::vector<Situation> &to)
{
    Adding add{to};
    add("DestroyACacheWithObjects", "kmem_cache_destroy", destroy_with_objects).slabs_in_hand = 2;
    add("DestroyACacheWithManyObjects", "kmem_cache_destroy", destroy_with_many_objects).slabs_in_hand = 2;
    add("MergeAndDestroy", "kmem_cache_create", merge_and_destroy).slabs_in_hand = 1;
    add("DestroyACacheOfAnEndedThread", "kmem_cache_destroy", destroy_it, leave_a_cache_behind).slabs_in_hand = 2;
    add("DestroyACacheOfAnotherThread", "kmem_cache_destroy", destroy_it, leave_a_cache_to_a_thread).process =
        Process::Forked;
    to.back().slabs_in_hand = 2;
    Situation &visitor = add("DestroyWithoutAThreadBlock", "kmem_cache_destroy", destroy_with_objects);
    visitor.options = "threads=1";
    visitor.on_a_new_thread = true;
    visitor.slabs_in_hand = 2;
    add("CreateADebugCache", "kmem_cache_create", create_debugged).slabs_in_hand = 1;
    add("CreateALargeDebugCache", "kmem_cache_create", create_debugged_large).options =
        "arena=1m,slub_debug=;FZPO,large*";
    to.back().slabs_in_hand = 1;
    to.back().starved = true;
    add("PutAGroupTwice", "nolockalloc_memcg_put", put_a_group_twice);
    Situation &groups = add("CreateAGroupTooMany", "nolockalloc_memcg_create", create_one_more_group, take_all_groups);
    groups.process = Process::Forked;
    groups.options = "arena=4m";
    Situation &failing = add("AllocateWithFailslab", "kmalloc", allocate_where_it_may_fail);
    failing.options = "failslab=2,50,100,1000000,arena=1m";
    failing.varies = true; // it is the number of the allocation that tells
    failing.starved = true;
    auto first = [&](const char *name, const char *options)
    {
        Situation &situation = add(name, "kmalloc_nolock", allocate_plainly);
        situation.process = Process::Fresh;
        situation.options = options;
        situation.starved = true;
        situation.varies = true; // where the numbers in the options are read
    };
    first("AllocateFirstWithASmallArena", "arena=1m");
    first("AllocateFirstWithPreemptRt", "preempt_rt,abort,arena=1m");
    first("AllocateFirstWithFailslabAndNodes", "failslab=-1,50,4k,7,nodes=2,abort,failslab=x,failslab=1;2,arena=4m");
    first("AllocateFirstWithDebugCaches", "arena=1m,slub_debug=FZ-PUTAO?,kmalloc-8k,kmalloc-4*;;-,dma-kmalloc-8");
    first("AllocateFirstWithDebuggingByDefault", "arena=1m,slub_debug=,kmalloc-8k");
    first("AllocateFirstWithAllDebugging", "arena=1m,leaks,slab_debug=;;fzpu,kmalloc-8k;x,dma,kmalloc-4k");
}
} // namespace proof
