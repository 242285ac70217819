// SPDX-License-Identifier: MIT
//
// Objects of other threads, threads that have ended in various ways, and a thread's own end.
#include "paths.h"

#include "servant.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace proof
{
namespace
{
void allocate_one_for(Interruption &on)
{
    on.foreign.allocate(on.situation().size);
    on.pointer = on.foreign.give_away().start;
}

// Its slab stays claimed by the thread that allocated it.
void take_from_a_thread_that_lives(Interruption &on)
{
    if (on.foreign.size() > 0)
        on.pointer = on.foreign.give_away().start;
}

void take_from_a_thread_that_ended(Interruption &on)
{
    on_a_thread_that_ends([&on] { allocate_one_for(on); });
}

// Arrays of several buckets stay behind, warm for the next thread.
void leave_arrays_behind(Interruption &on)
{
    auto use = [&on]
    {
        Ledger ledger(on.door());
        for (size_t bucket : {64, 128, 1024})
            for (int i = 0; i < 150; i++)
                ledger.allocate(bucket);
        ledger.free_all();
    };
    on_a_thread_that_ends(use);
}

// No hook of the library runs: its block is found by its thread's number.
void leave_by_sys_exit(Interruption &on)
{
    auto use_and_exit = [](void *self) -> void *
    {
        auto *on = static_cast<Interruption *>(self);
        on->door().free(on->door().allocate(64, 0, NUMA_NO_NODE));
        syscall(SYS_exit, 0);
        return nullptr;
    };
    pthread_t thread;
    if (pthread_create(&thread, nullptr, use_and_exit, &on) == 0)
        pthread_join(thread, nullptr);
}

void use_and_leave(Interruption &on)
{
    on.nested.allocate(64);
    on.nested.free_newest();
    pthread_exit(nullptr);
}

void use_and_end(Interruption &on)
{
    on_a_thread_that_ends([&on] { on.door().free(on.door().allocate(64, 0, NUMA_NO_NODE)); });
}

// Of so many blocks only each fourth claim looks whose thread is gone: one has done so now, and found a block.
void let_a_search_be_over(Interruption &on)
{
    constexpr int kMostClaims = 64;
    leave_by_sys_exit(on);
    uint64_t all = counters().thread_blocks_in_use;
    for (int i = 0; i < kMostClaims && counters().thread_blocks_in_use == all; i++)
        use_and_end(on);
}

void use_up_warm_blocks(Interruption &on)
{
    static OwnServant servants[17];
    static pid_t process;
    if (process == getpid())
        return;
    process = getpid();
    for (OwnServant &servant : servants)
        servant.get().perform(
            [&on]
            {
                on.door().free(on.door().allocate(64, 0, NUMA_NO_NODE));
                nolockalloc_trim();
            });
}

// The first blocks keep their arrays for the next thread; later ones are emptied.
void occupy_the_warm_blocks(Interruption &on)
{
    use_up_warm_blocks(on);
    let_a_search_be_over(on);
}

Situation exit_path(const char *name, Hook set_up)
{
    Situation situation = own_path(name, "thread exit", use_and_leave, set_up);
    situation.on_a_new_thread = true;
    situation.ends_thread = true;
    return situation;
}
} // namespace

void add_threads(std::vector<Situation> &to)
{
    to.push_back(own_path("FreeOfAnotherThreadsObject", "kfree_nolock", free_the_pointer,
                          take_from_a_thread_that_lives));
    to.push_back(own_path("FreeOfAnEndedThreadsObject", "kfree_nolock", free_the_pointer,
                          take_from_a_thread_that_ended));
    auto trim = [](Interruption &) { nolockalloc_trim(); };
    to.push_back(
        own_path("TrimWithArraysOfAnEndedThread", "nolockalloc_trim", trim, leave_arrays_behind));
    Situation reap = own_path("AllocateFirstAfterAThreadWasKilled", "kmalloc_nolock",
                              allocate_plainly, leave_by_sys_exit);
    reap.on_a_new_thread = true;
    reap.varies = true; // the search goes on where the last one ended
    to.push_back(reap);
    to.push_back(exit_path("ThreadExit", nullptr));
    to.push_back(exit_path("ThreadExitWithArraysEmptied", occupy_the_warm_blocks));
}
} // namespace proof
