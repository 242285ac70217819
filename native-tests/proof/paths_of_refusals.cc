// SPDX-License-Identifier: MIT
//
// What kmalloc's family, caches and pages refuse: too large, of flags that are ignored, of no node,
// of a cache that is none, of pages that are none, when memory is short.
#include "paths.h"

#include <nolockalloc/kmalloc.h>
#include <nolockalloc/kmem_cache.h>
#include <nolockalloc/numa.h>
#include <nolockalloc/page.h>

#include <string>

namespace proof
{
namespace
{
void allocate_more_than_there_can_be(Interruption &on)
{
    complain_if(on, kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN) != nullptr ||
                        kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL) != nullptr);
}

void allocate_with_ignored_flags(Interruption &on)
{
    void *object = kmalloc(64, GFP_KERNEL | __GFP_DMA);
    complain_if(on, object == nullptr);
    kfree(object);
}

void allocate_nothing_and_on_no_node(Interruption &on)
{
    complain_if(on, kmalloc_node(0, GFP_KERNEL, 0) != ZERO_SIZE_PTR ||
                        kmalloc_node(64, GFP_KERNEL, 7) != nullptr);
}

// Of nothing, to nothing, to as much as there is already, of what is no object.
void reallocate_at_the_ends(Interruption &on)
{
    void *object = krealloc(nullptr, 64, GFP_KERNEL);
    void *other = krealloc(ZERO_SIZE_PTR, 64, GFP_KERNEL | __GFP_ZERO);
    complain_if(on,
                object == nullptr || other == nullptr || krealloc(&on, 64, GFP_KERNEL) != nullptr ||
                    krealloc(object, 40, GFP_KERNEL | __GFP_ZERO) != object ||
                    krealloc(object, KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN) != nullptr);
    complain_if(on, krealloc(object, 0, GFP_KERNEL) != ZERO_SIZE_PTR);
    complain_if(on, krealloc(other, 0, GFP_KERNEL) != ZERO_SIZE_PTR);
}

// Without a call site, by the functions that take one; and of nothing, or more than there can be.
void copy_in_vain(Interruption &on)
{
    kfree(kmalloc(8, GFP_KERNEL));
    for (gfp_t flags : {GFP_KERNEL, GFP_KERNEL | __GFP_ZERO})
    {
        char *copy = kmemdup_nul_tagged_noprof("nothing", 0, flags, nullptr);
        complain_if(on, copy == nullptr || *copy != 0);
        kfree(copy);
        copy = static_cast<char *>(kmemdup_tagged_noprof("", 1, flags, nullptr));
        complain_if(on, copy == nullptr || *copy != 0);
        kfree(copy);
    }
    complain_if(on,
                kstrdup(nullptr, GFP_KERNEL) != nullptr ||
                    kstrndup(nullptr, 3, GFP_KERNEL) != nullptr ||
                    kmemdup_nul("", KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN) != nullptr ||
                    kmemdup_nul_tagged_noprof("", KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN,
                                              nullptr) != nullptr);
}

// A cache that is none any more. What it has in hand is nothing.
kmem_cache *g_dead;

void make_a_dead_cache(Interruption &)
{
    if (g_dead != nullptr)
        return;
    g_dead = kmem_cache_create("dead", 232, 0, SLAB_NO_MERGE, nullptr);
    kmem_cache_destroy(g_dead);
}

void use_a_dead_cache(Interruption &on)
{
    complain_if(on, kmem_cache_alloc(g_dead, GFP_KERNEL) != nullptr ||
                        kmem_cache_alloc_nolock(g_dead, 0, NUMA_NO_NODE) != nullptr ||
                        kmem_cache_shrink(g_dead) != 0 ||
                        kmem_cache_shrink(reinterpret_cast<struct kmem_cache *>(&on)) != 0);
    kmem_cache_free(g_dead, nullptr);
    kmem_cache_destroy(g_dead);
    kmem_cache_destroy(nullptr);
}

void construct(void *object)
{
    *static_cast<int *>(object) = 7;
}

kmem_cache *g_constructed;

void make_a_constructed_cache(Interruption &)
{
    if (g_constructed == nullptr)
        g_constructed = kmem_cache_create("constructed", 248, 0, SLAB_NO_MERGE, construct);
}

template <bool kIsNolock> void allocate_constructed(Interruption &on)
{
    void *object =
        kIsNolock ? kmem_cache_alloc_nolock(g_constructed, __GFP_ZERO | 0x80000000u, NUMA_NO_NODE)
                  : kmem_cache_alloc(g_constructed, GFP_KERNEL | __GFP_ZERO);
    complain_if(on, object == nullptr || *static_cast<int *>(object) != 7);
    kmem_cache_free(g_constructed, object);
}

void create_what_cannot_be(Interruption &on)
{
    static const std::string names[] = {std::string(186, 'n'), std::string(200, 'n'),
                                        std::string(600, 'n')};
    for (const std::string &name : names)
        complain_if(on, kmem_cache_create(name.c_str(), 0, 0, 0, nullptr) != nullptr);
}

void use_pages_that_are_none(Interruption &on)
{
    auto *none = reinterpret_cast<struct page *>(&on);
    page *freed = alloc_pages_nolock(0, NUMA_NO_NODE, 0);
    complain_if(on, freed == nullptr || page_ref_count(none) != 0 || compound_order(none) != 0 ||
                        page_address(none) != nullptr || virt_to_page(&on) != nullptr ||
                        alloc_pages_nolock(0, 7, 0) != nullptr);
    get_page(none);
    free_frozen_pages_nolock(freed, 0);
    free_pages_nolock(none, 0);
    get_page(reinterpret_cast<page *>(reinterpret_cast<char *>(freed) + 1));
    put_page(freed);
    get_page(freed);
    put_page(freed);
}

void allocate_pages_with_unknown_flags(Interruption &on)
{
    page *page = alloc_pages_nolock(0x80000000u, NUMA_NO_NODE, 0);
    complain_if(on, page == nullptr);
    free_pages_nolock(page, 0);
}

void fill_with_pages(Interruption &on)
{
    make_a_constructed_cache(on);
    for (unsigned order : {4u, 0u})
        while (alloc_pages_nolock(0, NUMA_NO_NODE, order) != nullptr)
            continue;
}

void take_all_blocks(Interruption &)
{
    while (alloc_pages_nolock(0, NUMA_NO_NODE, 4) != nullptr)
        continue;
}

void take_all_blocks_beside_an_object(Interruption &on)
{
    take_all_blocks(on);
    on.pointer = on.older.give_away().start;
}

// There are some, but not all, and no larger ones; unless handlers free what they have.
void allocate_more_than_are_there(Interruption &on)
{
    void *objects[40];
    size_t got = size_t(kmem_cache_alloc_bulk(g_constructed, GFP_ATOMIC, 40, objects));
    complain_if(on, got != 0 && got != 40);
    kmem_cache_free_bulk(g_constructed, got, objects);
}

// Nor if everything is looked through.
void reallocate_to_more_than_is_there(Interruption &on)
{
    void *larger = krealloc(on.pointer, 20000, GFP_KERNEL | __GFP_NOWARN);
    kfree(larger != nullptr ? larger : on.pointer);
}

void allocate_when_all_is_looked_through(Interruption &)
{
    kfree(kmalloc(8192, GFP_KERNEL | __GFP_NOWARN));
}
} // namespace

void add_refusals(std::vector<Situation> &to)
{
    Adding add{to};
    // What is reported once.
    auto once = [&](const char *name, const char *function, Hook call,
                    Hook set_up = nullptr) -> Situation &
    {
        Situation &situation = add(name, function, call, set_up);
        situation.process = Process::Forked;
        return situation;
    };
    once("KmallocTooMuch", "kmalloc", allocate_more_than_there_can_be);
    once("KmallocWithIgnoredFlags", "kmalloc", allocate_with_ignored_flags);
    once("KmallocOnNoNode", "kmalloc_node", allocate_nothing_and_on_no_node);
    once("CacheZeroed", "kmem_cache_alloc", allocate_constructed<false>, make_a_constructed_cache)
        .slabs_in_hand = 1;
    once("CacheZeroedNolock", "kmem_cache_alloc_nolock", allocate_constructed<true>,
         make_a_constructed_cache)
        .slabs_in_hand = 1;
    once("PagesWithUnknownFlags", "alloc_pages_nolock", allocate_pages_with_unknown_flags);
    add("KreallocAtTheEnds", "krealloc", reallocate_at_the_ends).slabs_in_hand = 1;
    add("CopiesInVain", "kstrdup", copy_in_vain);
    add("CacheThatIsDead", "kmem_cache_alloc", use_a_dead_cache, make_a_dead_cache);
    add("CacheThatCannotBe", "kmem_cache_create", create_what_cannot_be);
    add("PagesThatAreNone", "get_page", use_pages_that_are_none);
    auto full = [&](const char *name, const char *function, Hook call, Hook set_up)
    {
        Situation &situation = once(name, function, call, set_up);
        situation.options = "arena=1m";
        situation.may_refuse = true;
        situation.starved = true;
    };
    full("CacheInBulkWhenExhausted", "kmem_cache_alloc_bulk", allocate_more_than_are_there,
         fill_with_pages);
    full("KmallocWhenExhausted", "kmalloc", allocate_when_all_is_looked_through, take_all_blocks);
    full("KreallocWhenExhausted", "krealloc", reallocate_to_more_than_is_there,
         take_all_blocks_beside_an_object);
}
} // namespace proof
