// SPDX-License-Identifier: MIT
//
// What tells about the allocator, in text or in structures, and who may be called on the way.
#include "paths.h"

#include <nolockalloc/hook.h>
#include <nolockalloc/json.h>
#include <nolockalloc/kmem_cache.h>
#include <nolockalloc/memcg.h>

#include <cerrno>

namespace proof
{
namespace
{
void write_stats(Interruption &on)
{
    complain_if(on, nolockalloc_stats_json(nowhere()) != 0);
}

void write_slabinfo(Interruption &on)
{
    complain_if(on, nolockalloc_slabinfo_json(nowhere()) != 0);
}

void write_call_sites(Interruption &on)
{
    complain_if(on, nolockalloc_allocinfo_json(nowhere()) != 0);
}

struct kmem_cache *the_cache()
{
    static struct kmem_cache *cache = kmem_cache_create("told", 320, 0, SLAB_NO_MERGE, nullptr);
    return cache;
}

void make_a_cache(Interruption &)
{
    the_cache();
}

void ask_a_cache(Interruption &on)
{
    nolockalloc_bucket_stats stats = {};
    complain_if(on, nolockalloc_cache_stats(the_cache(), &stats) != 0 || kmem_cache_size(the_cache()) != 320);
}

struct nolockalloc_memcg *the_group()
{
    static struct nolockalloc_memcg *group = nolockalloc_memcg_create(nullptr, 1 << 20);
    return group;
}

void make_a_group(Interruption &)
{
    the_group();
}

void ask_a_group(Interruption &on)
{
    struct nolockalloc_memcg_stats stats = {};
    stats.version = NOLOCKALLOC_MEMCG_STATS_VERSION;
    complain_if(on, nolockalloc_memcg_stats(the_group(), &stats) != 0 ||
                        nolockalloc_memcg_set_limit(the_group(), 1 << 20) != 0 ||
                        nolockalloc_memcg_get(the_group()) != 0);
    nolockalloc_memcg_put(the_group());
}

void be_called_back(int, void *)
{
}

// One that is abandoned in the middle takes its place away for good, of which there are 16.
void register_and_unregister(Interruption &on)
{
    int status = nolockalloc_hook_register(NOLOCKALLOC_HOOK_DRAIN, be_called_back, &on);
    if (status == 0)
        status = nolockalloc_hook_unregister(NOLOCKALLOC_HOOK_DRAIN, be_called_back, &on);
    complain_if(on, status != 0 && status != -ENOSPC);
    complain_if(on, nolockalloc_hook_unregister(NOLOCKALLOC_HOOK_PURGE, be_called_back, &on) != -ENOENT);
}
} // namespace

void add_texts(std::vector<Situation> &to)
{
    to.push_back(own_path("StatsJson", "nolockalloc_stats_json", write_stats));
    to.back().varies = true; // numbers are as long as they are
    to.push_back(own_path("SlabinfoJson", "nolockalloc_slabinfo_json", write_slabinfo, make_a_cache));
    to.push_back(own_path("AllocinfoJson", "nolockalloc_allocinfo_json", write_call_sites));
    to.push_back(own_path("CacheStats", "nolockalloc_cache_stats", ask_a_cache, make_a_cache));
    to.push_back(own_path("GroupStats", "nolockalloc_memcg_stats", ask_a_group, make_a_group));
    to.push_back(own_path("HookRegisterAndUnregister", "nolockalloc_hook_register", register_and_unregister));
}
} // namespace proof
