// SPDX-License-Identifier: MIT
//
// Call sites: of every name that a file, a module or a function may have; counted by each function that takes a
// call site; of a module that comes and goes.
#include "paths.h"

#include <nolockalloc/alloc_tag.h>
#include <nolockalloc/json.h>
#include <nolockalloc/kmalloc.h>
#include <nolockalloc/kmem_cache.h>
#include <nolockalloc/numa.h>

#include <cstring>
#include <string>

namespace proof
{
namespace
{
const std::string kLong(300, 'n');

nolockalloc_tag_module g_module = {"call_sites"};
nolockalloc_tag_module g_nameless = {nullptr};
nolockalloc_tag_module g_long = {kLong.c_str()};
nolockalloc_tag_module g_odd = {"\"odd\"\\"};

// Sequences of UTF-8, of 2 to 4 bytes, and what is none: cut off, overlong, half of a pair, beyond the last.
alloc_tag g_named[] = {
    {&g_module, "plain.c", "function", 1, 0},
    {nullptr, "of_no_module.c", "function", 20, 0},
    {&g_nameless, "of_a_nameless_module.c", "function", 300, 0},
    {&g_odd, "control\x01\x1f\n.c", "quoted\"\\", 4, 0},
    {&g_module, "\xc3\xa9 \xe2\x82\xac \xe0\xa4\x80 \xed\x9f\xbf \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf", "utf", 5, 0},
    {&g_module, "\x80 \xc0\xaf \xe0\x80\x80 \xed\xa0\x80 \xf0\x80\x80\x80 \xf4\x90\x80\x80 \xf5", "none", 6, 0},
    {&g_module, "cut.c", "\xe2\x28\xa1 \xf0\x9f\x98", 7, 0},
    {&g_module, kLong.c_str(), "in_a_long_file", 8, 0},
    {&g_long, "of_a_long_module.c", "function", 9, 0},
    {nullptr, "twice.c", "bracket] func:again", 10, 0},
    {nullptr, nullptr, nullptr, 11, 0},
    {&g_module, "long.c", kLong.c_str(), 12, 0},
};

// And one of a module that is gone.
void load_them(Interruption &)
{
    static nolockalloc_tag_module gone = {"gone"};
    alloc_tag tag = {&gone, "gone.c", "function", 1, 0};
    nolockalloc_alloc_tags_load(&tag, &tag + 1);
    nolockalloc_alloc_tags_unload(&gone);
    nolockalloc_alloc_tags_load(g_named, g_named + sizeof g_named / sizeof *g_named);
}

// What an interrupted call has published meanwhile is found by its text.
void load_and_unload(Interruption &on)
{
    alloc_tag tag = {&g_odd, "loaded.c", "function", 1, 0};
    nolockalloc_alloc_tags_load(&tag, &tag + 1);
    complain_if(on, tag.id == 0);
    nolockalloc_alloc_tags_unload(&g_odd);
}

void write_as_text(Interruption &on)
{
    alloc_tag twin = {nullptr, "of_no_module.c", "function", 20, 0};
    nolockalloc_alloc_tags_load(&twin, &twin + 1);
    complain_if(on, twin.id == 0);
    complain_if(on, nolockalloc_allocinfo(nowhere()) != 0);
}

void write_as_json(Interruption &on)
{
    complain_if(on, nolockalloc_allocinfo_json(nowhere()) != 0);
}

alloc_tag *the_tag()
{
    return &g_named[0];
}

// No memory is left for a vector, and some objects have one.
void use_up_vectors(Interruption &on)
{
    constexpr int kWithVectors = 300;
    load_them(on);
    on.own.adopt(kmalloc_nolock_tagged_noprof(8, 0, NUMA_NO_NODE, the_tag()), 8);
    while (void *object = kmalloc_nolock_noprof(512, 0, NUMA_NO_NODE))
        on.own.adopt(object, 512);
    for (int i = 0; i < kWithVectors; i++)
        on.own.adopt(kmalloc_nolock_tagged_noprof(8, 0, NUMA_NO_NODE, the_tag()), 8);
}

void allocate_uncounted(Interruption &on)
{
    void *object = kmalloc_nolock_tagged_noprof(8, 0, NUMA_NO_NODE, the_tag());
    complain_if(on, object == nullptr);
    kfree_nolock(object);
}

void expect_and_free(Interruption &on, const char *text, void *object)
{
    complain_if(on, object == nullptr || (text != nullptr && strcmp(static_cast<char *>(object), text) != 0));
    kfree(object);
}

void copy(Interruption &on)
{
    expect_and_free(on, nullptr, krealloc_tagged_noprof(nullptr, 64, GFP_KERNEL, the_tag()));
    expect_and_free(on, "bytes", kmemdup_tagged_noprof("bytes", 6, GFP_KERNEL, the_tag()));
    expect_and_free(on, "byt", kmemdup_nul_tagged_noprof("bytes", 3, GFP_KERNEL, the_tag()));
    complain_if(on, kmemdup_nul_tagged_noprof(nullptr, 3, GFP_KERNEL, the_tag()) != nullptr);
    complain_if(on, kstrdup_tagged_noprof(nullptr, GFP_KERNEL, the_tag()) != nullptr);
    complain_if(on, kstrndup_tagged_noprof(nullptr, 3, GFP_KERNEL, the_tag()) != nullptr);
}

void allocate_on_nodes(Interruption &on)
{
    expect_and_free(on, nullptr, kmalloc_node_tagged_noprof(64, GFP_KERNEL, 0, the_tag()));
}

kmem_cache *g_cache;

void make_a_cache(Interruption &)
{
    if (g_cache == nullptr)
        g_cache = kmem_cache_create("call sites", 216, 0, SLAB_NO_MERGE, nullptr);
}

void allocate_of_a_cache(Interruption &on)
{
    expect_and_free(on, nullptr, kmem_cache_alloc_tagged_noprof(g_cache, GFP_KERNEL, the_tag()));
    expect_and_free(on, nullptr, kmem_cache_alloc_nolock_tagged_noprof(g_cache, 0, NUMA_NO_NODE, the_tag()));
    expect_and_free(on, nullptr, kmem_cache_alloc_node_tagged_noprof(g_cache, GFP_KERNEL, 0, the_tag()));
    kmem_cache_shrink(g_cache);
}
} // namespace

void add_call_sites(std::vector<Situation> &to)
{
    Adding add{to};
    add("CallSitesLoad", "nolockalloc_alloc_tags_load", load_and_unload);
    add("AllocinfoOfNames", "nolockalloc_allocinfo", write_as_text, load_them);
    add("AllocinfoJsonOfNames", "nolockalloc_allocinfo_json", write_as_json, load_them);
    add("CopiesAtACallSite", "kmemdup_tagged_noprof", copy, load_them).slabs_in_hand = 2;
    add("KmallocNodeAtACallSite", "kmalloc_node_tagged_noprof", allocate_on_nodes, load_them).slabs_in_hand = 2;
    Situation &uncounted =
        add("AllocateUncounted", "kmalloc_nolock_tagged_noprof", allocate_uncounted, use_up_vectors);
    uncounted.process = Process::Forked;
    uncounted.options = "arena=1m";
    uncounted.may_refuse = true;
    uncounted.starved = true;
    add("CacheAtACallSite", "kmem_cache_alloc_tagged_noprof", allocate_of_a_cache, make_a_cache).slabs_in_hand = 3;
}
} // namespace proof
