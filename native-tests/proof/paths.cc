// SPDX-License-Identifier: MIT
#include "paths.h"

#include "servant.h"

#include <cstring>
#include <fcntl.h>

namespace proof
{
Situation own_path(const char *name, const char *function, Hook call, Hook set_up)
{
    Situation situation = {name, Operation::Own, 64, nullptr};
    situation.function = function;
    situation.call = call;
    situation.set_up = set_up;
    return situation;
}

void complain_if(Interruption &on, bool wrong)
{
    if (wrong)
        on.own.complain("a call was not answered as documented");
}

int nowhere()
{
    static const int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    return fd;
}

void allocate_plainly(Interruption &on)
{
    on.result = on.door().allocate(on.situation().size, on.situation().gfp_flags, NUMA_NO_NODE);
}

void free_the_pointer(Interruption &on)
{
    on.door().free(on.pointer);
}

static void round_up(Interruption &)
{
    for (size_t size : {0u, 1u, 64u, 65u, 8192u, 8193u})
        kmalloc_size_roundup(size);
}

static void ask_version(Interruption &)
{
    nolockalloc_version();
}

// Blocks that were used and are free, but were not given back to the OS.
static void leave_warm_memory(Interruption &on)
{
    Ledger large(on.door(), 40);
    for (int i = 0; i < 40; i++)
        large.allocate(8192);
    large.free_all();
}

static void add_plain(std::vector<Situation> &to)
{
    auto ksize_of_pointer = [](Interruption &on) { ksize(on.pointer); };
    auto take_an_object = [](Interruption &on) { on.pointer = on.older[0].start; };
    to.push_back(own_path("Ksize", "ksize", ksize_of_pointer, take_an_object));
    to.push_back(own_path("Roundup", "kmalloc_size_roundup", round_up));
    to.push_back(own_path("Version", "nolockalloc_version", ask_version));
    Situation warm = {"AllocateWithWarmMemory", Operation::Allocate, 64, &BucketStats::alloc_slab};
    warm.set_up = leave_warm_memory;
    to.push_back(warm);
}

std::vector<Situation> all_paths()
{
    std::vector<Situation> all = all_situations();
    add_plain(all);
    add_bad_arguments(all);
    add_shortages(all);
    add_threads(all);
    add_processes(all);
    add_deferrals(all);
    add_recoveries(all);
    add_pages(all);
    add_caches(all);
    add_copies(all);
    add_texts(all);
    add_nodes(all);
    add_contexts(all);
    add_runs(all);
    add_lives(all);
    add_hooks(all);
    add_call_sites(all);
    add_refusals(all);
    add_reports(all);
    return all;
}

std::vector<Situation> paths_without(bool Situation::*property)
{
    std::vector<Situation> some;
    for (const Situation &situation : all_paths())
        if (!(situation.*property))
            some.push_back(situation);
    return some;
}
} // namespace proof
