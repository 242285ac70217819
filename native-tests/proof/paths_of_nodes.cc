// SPDX-License-Identifier: MIT
//
// Two pretended nodes: what is asked of one, of this and no other, and what is another's. The thread is bound to a
// processor, so that it is on the same node in each run.
#include "paths.h"

#include "nodes.h"

#include <nolockalloc/alloc_tag.h>
#include <nolockalloc/kmalloc.h>
#include <nolockalloc/kmem_cache.h>
#include <nolockalloc/numa.h>
#include <nolockalloc/page.h>

#include <cstring>
#include <time.h>

namespace proof
{
namespace
{
struct nolockalloc_tag_module g_module = {"nodes"};
struct alloc_tag g_tag = {&g_module, __FILE__, "a call site", __LINE__, 0};
struct kmem_cache *g_cache;

void bind(Interruption &)
{
    static OnOneNode bound;
}

void make_a_cache(Interruption &on)
{
    bind(on);
    if (g_cache == nullptr)
        g_cache = kmem_cache_create("of nodes", 344, 0, SLAB_NO_MERGE, nullptr);
}

void ask(Interruption &on)
{
    complain_if(on, num_online_nodes() != 2 || numa_node_id() > 1);
}

void allocate_there(Interruption &on)
{
    void *object = on.door().allocate(64, 0, OnOneNode::there());
    complain_if(on, nolockalloc_nid(object) != OnOneNode::there());
    on.door().free(object);
}

void allocate_here_only(Interruption &on)
{
    for (int node : {NUMA_NO_NODE, OnOneNode::there()})
    {
        void *object = kmalloc_node(64, GFP_KERNEL | __GFP_THISNODE, node);
        complain_if(on, object == nullptr);
        kfree(object);
    }
}

void allocate_of_a_cache(Interruption &on)
{
    for (int node : {NUMA_NO_NODE, OnOneNode::there()})
    {
        void *object = kmem_cache_alloc_node(g_cache, GFP_KERNEL, node);
        complain_if(on, object == nullptr);
        if (object != nullptr)
            kmem_cache_free(g_cache, object);
        object = kmalloc_node(64, GFP_KERNEL, node);
        complain_if(on, object == nullptr);
        kfree(object);
    }
}

void allocate_counted(Interruption &on)
{
    void *object = kmalloc_node_tagged_noprof(64, GFP_KERNEL, 0, &g_tag);
    complain_if(on, object == nullptr);
    kfree(object);
    object = kmem_cache_alloc_node_tagged_noprof(g_cache, GFP_KERNEL, 0, &g_tag);
    complain_if(on, object == nullptr);
    if (object != nullptr)
        kmem_cache_free(g_cache, object);
    object = kmem_cache_alloc_nolock_tagged_noprof(g_cache, 0, NUMA_NO_NODE, &g_tag);
    complain_if(on, object == nullptr);
    if (object != nullptr)
        kmem_cache_free_nolock(g_cache, object);
}

void take_a_page_there(Interruption &on)
{
    struct page *page = alloc_pages_nolock(0, OnOneNode::there(), 5);
    complain_if(on, page == nullptr);
    if (page != nullptr)
        free_pages_nolock(page, 5);
}

// More than either of them has.
void ask_for_a_large_run(Interruption &on)
{
    complain_if(on, kmalloc(size_t(40) << 16, GFP_ATOMIC) != nullptr);
}

// More blocks than are kept warm in any case, and slow calls up to one that looks at the clock.
void leave_idle_memory(Interruption &on)
{
    bind(on);
    Ledger large(on.door(), 320);
    for (int i = 0; i < 320; i++)
        large.allocate(8192);
    large.free_all();
    for (int i = 0; i < 10000 && count(&BucketStats::alloc_slowpath, 64) % 128 != 0; i++)
        on.own.allocate(64);
    timespec more_than_a_beat = {0, 20000000};
    nanosleep(&more_than_a_beat, nullptr);
}

void allocate_many(Interruption &on)
{
    for (int i = 0; i < 200; i++)
        on.own.allocate(64);
}
} // namespace

void add_nodes(std::vector<Situation> &to)
{
    // slabs: those that hold what the call has in hand, but for one of a bucket.
    auto add = [&](const char *name, const char *function, Hook call, size_t slabs, Hook set_up = bind) -> Situation &
    {
        to.push_back(own_path(name, function, call, set_up));
        to.back().options = "nodes=2,arena=4m";
        to.back().slabs_in_hand = slabs;
        to.back().varies = true; // with the processor that the thread is on
        return to.back();
    };
    add("NodesAsked", "numa_node_id", ask, 0);
    add("NodesAllocateThere", "kmalloc_nolock", allocate_there, 1);
    add("NodesThisOneOnly", "kmalloc_node", allocate_here_only, 1);
    add("NodesOfACache", "kmem_cache_alloc_node", allocate_of_a_cache, 2, make_a_cache);
    add("NodesCounted", "kmem_cache_alloc_node_tagged_noprof", allocate_counted, 3, make_a_cache);
    add("NodesPages", "alloc_pages_nolock", take_a_page_there, 2);
    add("NodesWithoutSuchARun", "kmalloc", ask_for_a_large_run, 0);
    add("NodesIdleMemory", "kmalloc_nolock", allocate_many, 1, leave_idle_memory);
}
} // namespace proof
