// SPDX-License-Identifier: MIT
//
// kmalloc's family beyond kmalloc: copies, other sizes, counted at a call site; and what is called by its
// name as dlsym() finds it. Each call gives back what it takes.
#include "paths.h"

#include <nolockalloc/alloc_tag.h>
#include <nolockalloc/kmalloc.h>
#include <nolockalloc/kmem_cache.h>
#include <nolockalloc/numa.h>

#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <string>

namespace proof
{
namespace
{
struct nolockalloc_tag_module g_module = {"copies"};
struct alloc_tag g_tag = {&g_module, __FILE__, "a call site", __LINE__, 0};

void expect_and_free(Interruption &on, bool right, const void *object)
{
    complain_if(on, !right);
    kfree(object);
}

void copy_bytes(Interruption &on)
{
    void *copy = kmemdup("bytes", 6, GFP_KERNEL);
    expect_and_free(on, copy != nullptr && strcmp(static_cast<char *>(copy), "bytes") == 0, copy);
}

void copy_bytes_and_end(Interruption &on)
{
    char *copy = kmemdup_nul("bytes", 3, GFP_KERNEL);
    expect_and_free(on, copy != nullptr && strcmp(copy, "byt") == 0, copy);
}

void copy_a_part(Interruption &on)
{
    char *copy = kstrndup("a string", 3, GFP_KERNEL);
    expect_and_free(on, copy != nullptr && strcmp(copy, "a s") == 0, copy);
}

// Of a size whose array is empty, of the same when an object has come back, and of pages.
void copy_each_size(Interruption &on)
{
    static const std::string text(9000, 't');
    for (size_t size : {20, 20, 9000})
    {
        char *all = kstrdup(text.c_str() + text.size() - size, GFP_KERNEL);
        expect_and_free(on, all != nullptr && strlen(all) == size, all);
        char *part = kstrndup(text.c_str(), size + 20, GFP_KERNEL);
        expect_and_free(on, part != nullptr && strlen(part) == std::min(size + 20, text.size()), part);
        auto *bytes = static_cast<char *>(kmemdup(text.c_str(), size, GFP_KERNEL));
        expect_and_free(on, bytes != nullptr && bytes[size - 1] == 't', bytes);
    }
}

void shrink(Interruption &on)
{
    void *object = kmalloc(500, GFP_ATOMIC);
    void *smaller = object == nullptr ? nullptr : krealloc(object, 60, GFP_ATOMIC);
    expect_and_free(on, smaller != nullptr, smaller);
}

void allocate_on_a_node(Interruption &on)
{
    void *object = kmalloc_node(64, GFP_ATOMIC, 0);
    expect_and_free(on, object != nullptr, object);
}

void copy_counted(Interruption &on)
{
    char *text = kstrdup_tagged_noprof("a string", GFP_KERNEL, &g_tag);
    char *part = kstrndup_tagged_noprof("a string", 3, GFP_KERNEL, &g_tag);
    expect_and_free(on, text != nullptr && strcmp(text, "a string") == 0, text);
    expect_and_free(on, part != nullptr && strcmp(part, "a s") == 0, part);
}

void grow_counted(Interruption &on)
{
    void *object = kmalloc_tagged_noprof(60, GFP_KERNEL, &g_tag);
    void *larger = object == nullptr ? nullptr : krealloc_tagged_noprof(object, 500, GFP_KERNEL, &g_tag);
    expect_and_free(on, larger != nullptr, larger);
}

// By the exported methods, which have no entry before them.
struct
{
    decltype(&(kmalloc)) allocate;
    void (*free)(const void *);
    void *(*cache_allocate)(struct kmem_cache *, gfp_t);
    void (*cache_free)(struct kmem_cache *, void *);
    void *(*cache_allocate_nolock)(struct kmem_cache *, gfp_t, int);
    void (*cache_free_nolock)(struct kmem_cache *, void *);
    struct kmem_cache *cache;
} g_exported;

template <typename Function> void find(Function *&function, const char *name)
{
    function = reinterpret_cast<Function *>(dlsym(RTLD_DEFAULT, name));
}

void find_the_exported(Interruption &)
{
    find(g_exported.allocate, "kmalloc");
    find(g_exported.free, "kfree");
    find(g_exported.cache_allocate, "kmem_cache_alloc");
    find(g_exported.cache_free, "kmem_cache_free");
    find(g_exported.cache_allocate_nolock, "kmem_cache_alloc_nolock");
    find(g_exported.cache_free_nolock, "kmem_cache_free_nolock");
    if (g_exported.cache == nullptr)
        g_exported.cache = kmem_cache_create("exported", 328, 0, SLAB_NO_MERGE, nullptr);
}

void allocate_by_name(Interruption &on)
{
    void *object = g_exported.allocate(64, GFP_KERNEL);
    complain_if(on, object == nullptr);
    g_exported.free(object);
}

void use_a_cache_by_name(Interruption &on)
{
    void *normal = g_exported.cache_allocate(g_exported.cache, GFP_KERNEL);
    void *nolock = g_exported.cache_allocate_nolock(g_exported.cache, 0, NUMA_NO_NODE);
    complain_if(on, normal == nullptr || nolock == nullptr);
    g_exported.cache_free(g_exported.cache, normal);
    g_exported.cache_free_nolock(g_exported.cache, nolock);
}
} // namespace

void add_copies(std::vector<Situation> &to)
{
    // slabs: those that hold what the call has in hand, but for one of a bucket.
    auto add = [&](const char *name, const char *function, Hook call, size_t slabs, Hook set_up = nullptr)
    {
        to.push_back(own_path(name, function, call, set_up));
        to.back().slabs_in_hand = slabs;
    };
    add("Kmemdup", "kmemdup", copy_bytes, 0);
    add("KmemdupNul", "kmemdup_nul", copy_bytes_and_end, 0);
    add("Kstrndup", "kstrndup", copy_a_part, 0);
    add("CopiesOfEachSize", "kstrdup", copy_each_size, 3);
    add("KreallocToLess", "krealloc", shrink, 2);
    add("KmallocNode", "kmalloc_node", allocate_on_a_node, 0);
    add("CopiesCounted", "kstrdup_tagged_noprof", copy_counted, 3);
    add("KreallocCounted", "krealloc_tagged_noprof", grow_counted, 3);
    add("KmallocByName", "kmalloc", allocate_by_name, 0, find_the_exported);
    add("CacheByName", "kmem_cache_alloc", use_a_cache_by_name, 1, find_the_exported);
}
} // namespace proof
