// SPDX-License-Identifier: MIT
//
// What is told when it happens first, or each time: a free by the wrong function or into the wrong
// cache, a size of what is no object, one cache more than there can be.
#include "paths.h"

#include <nolockalloc/kmalloc.h>
#include <nolockalloc/kmem_cache.h>
#include <nolockalloc/page.h>

namespace proof
{
namespace
{
// Each is said and nothing is freed, until the right function comes.
void free_by_the_wrong_function(Interruption &on)
{
    struct page *page = alloc_pages_nolock(0, NUMA_NO_NODE, 0);
    void *large = kmalloc(20000, GFP_ATOMIC);
    complain_if(on, page == nullptr || large == nullptr);
    if (page != nullptr)
    {
        kfree(page_address(page));
        kfree_nolock(page_address(page));
        free_pages_nolock(page, 0);
    }
    kfree_nolock(large);
    kfree(large);
}

// It is freed where it belongs.
void free_into_another_cache(Interruption &on)
{
    static struct kmem_cache *cache = kmem_cache_create("its", 264, 0, SLAB_NO_MERGE, nullptr);
    static struct kmem_cache *other = kmem_cache_create("another", 264, 0, SLAB_NO_MERGE, nullptr);
    void *object = kmem_cache_alloc(cache, GFP_ATOMIC);
    complain_if(on, object == nullptr);
    kmem_cache_free(other, object);
    object = kmem_cache_alloc_nolock(cache, 0, NUMA_NO_NODE);
    complain_if(on, object == nullptr);
    kmem_cache_free_nolock(other, object);
}

struct kmem_cache *the_debugged_cache()
{
    static struct kmem_cache *cache =
        kmem_cache_create("asked", 100, 0, SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER, nullptr);
    return cache;
}

void make_the_debugged_cache(Interruption &)
{
    the_debugged_cache();
}

// All bytes are the caller's from then on; of what is no object it is told.
void ask_for_a_debugged_size(Interruption &on)
{
    auto *object = static_cast<char *>(kmem_cache_alloc(the_debugged_cache(), GFP_ATOMIC));
    complain_if(on, object == nullptr || ksize(object) < 100 || ksize(object) < 100 ||
                        ksize(object + 1) != 0 ||
                        kmem_cache_shrink(the_debugged_cache()) != 1);
    kmem_cache_free(the_debugged_cache(), object);
}

// A bucket's object has more bytes than were asked for, until somebody wants to know.
void ask_for_a_size_in_a_debugged_bucket(Interruption &on)
{
    auto *object = static_cast<char *>(kmalloc(300, GFP_ATOMIC));
    complain_if(on, object == nullptr || ksize(object) != 512 || ksize(object) != 512);
    kfree_sensitive(object);
}

void create_all_caches(Interruption &)
{
    while (kmem_cache_create("one of all", 272, 0, SLAB_NO_MERGE, nullptr) != nullptr)
        continue;
}

void create_one_more_cache(Interruption &on)
{
    complain_if(on, kmem_cache_create("one too many", 280, 0, SLAB_NO_MERGE, nullptr) != nullptr);
}
} // namespace

void add_reports(std::vector<Situation> &to)
{
    Adding add{to};
    Situation &debugged =
        add("KsizeOfADebugCache", "ksize", ask_for_a_debugged_size, make_the_debugged_cache);
    debugged.slabs_in_hand = 1;
    debugged.varies = true; // how far the stack is walked depends on what the stepper left on it
    Situation &bucket = add("KsizeOfADebuggedBucket", "ksize", ask_for_a_size_in_a_debugged_bucket);
    bucket.slabs_in_hand = 1;
    bucket.varies = true; // likewise
    bucket.options = "arena=1m,slub_debug=FZPU,kmalloc-512";
    bucket.starved = true;
    add("FreeByTheWrongFunction", "kfree_nolock", free_by_the_wrong_function).slabs_in_hand = 2;
    to.back().process = Process::Forked; // it is told once
    add("CacheFreeIntoAnotherCache", "kmem_cache_free", free_into_another_cache).slabs_in_hand = 1;
    to.back().process = Process::Forked; // likewise
    add("CreateACacheTooMany", "kmem_cache_create", create_one_more_cache, create_all_caches)
        .process = Process::Forked;
}
} // namespace proof
