// SPDX-License-Identifier: MIT
//
// First calls: of a process, where the arena is made and the options are read, and of a forked
// child, where the fork is noticed and the parent's other threads' blocks are taken over.
#include "paths.h"

#include "servant.h"

#include <cerrno>
#include <nolockalloc/debug.h>
#include <sys/resource.h>

namespace proof
{
namespace
{
// A thread that the child will not have.
void have_another_thread(Interruption &on)
{
    static Servant servant;
    servant.perform([&on] { on.door().free(on.door().allocate(64, 0, NUMA_NO_NODE)); });
}

void have_another_thread_and_an_object(Interruption &on)
{
    have_another_thread(on);
    on.older.give_away();
    on.pointer = on.older[on.older.size()].start;
}

// The arena that is asked for is refused, and smaller ones, until one fits.
void allocate_in_little_address_space(Interruption &on)
{
    rlimit limit = {rlim_t(2) << 30, rlim_t(2) << 30};
    setrlimit(RLIMIT_AS, &limit);
    allocate_plainly(on);
}

void trim(Interruption &)
{
    nolockalloc_trim();
}

void read_stats(Interruption &)
{
    counters();
}

void drain(Interruption &)
{
    nolockalloc_drain();
}

void validate(Interruption &on)
{
    complain_if(on, nolockalloc_validate("kmalloc-512") != 0 ||
                        nolockalloc_validate("none") != -EINVAL);
}

void free_what_is_not_ours(Interruption &on)
{
    on.door().free(&on);
}
} // namespace

void add_processes(std::vector<Situation> &to)
{
    auto add = [&](Process process, const char *name, const char *function, Hook call,
                   Hook set_up = nullptr, const char *options = "")
    {
        Situation situation = own_path(name, function, call, set_up);
        situation.process = process;
        situation.options = options;
        situation.varies =
            process == Process::Fresh; // what is given back of a reservation: how it lies tells
        to.push_back(situation);
    };
    add(Process::Fresh, "AllocateFirstOfAProcess", "kmalloc_nolock", allocate_plainly);
    add(Process::Fresh, "AllocateFirstWithOptions", "kmalloc_nolock", allocate_plainly, nullptr,
        "arena=64m,threads=100");
    add(Process::Fresh, "AllocateFirstWithABadOption", "kmalloc_nolock", allocate_plainly, nullptr,
        "arena=lots,unheard");
    add(Process::Fresh, "AllocateFirstInLittleAddressSpace", "kmalloc_nolock",
        allocate_in_little_address_space);
    add(Process::Fresh, "FreeFirstOfAProcess", "kfree_nolock", free_what_is_not_ours);
    add(Process::Fresh, "TrimFirstOfAProcess", "nolockalloc_trim", trim);
    add(Process::Fresh, "ValidateFirstOfAProcess", "nolockalloc_validate", validate, nullptr,
        "arena=1m,slub_debug=FZ,kmalloc-512");
    to.back().starved = true;
    add(Process::Forked, "AllocateFirstOfAForkedChild", "kmalloc_nolock", allocate_plainly,
        have_another_thread);
    add(Process::Forked, "AllocateFirstOfAChildThatNeverDid", "kmalloc_nolock", allocate_plainly,
        have_another_thread);
    to.back().untouched = true;
    add(Process::Forked, "FreeFirstOfAForkedChild", "kfree_nolock", free_the_pointer,
        have_another_thread_and_an_object);
    add(Process::Forked, "TrimFirstOfAForkedChild", "nolockalloc_trim", trim, have_another_thread);
    add(Process::Forked, "StatsFirstOfAForkedChild", "nolockalloc_stats", read_stats,
        have_another_thread);
    add(Process::Forked, "DrainFirstOfAForkedChild", "nolockalloc_drain", drain,
        have_another_thread);
}
} // namespace proof
