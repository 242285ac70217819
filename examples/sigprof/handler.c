/* SPDX-License-Identifier: MIT */
/*
 * The SIGPROF handler. It may have interrupted any instruction: of the program, of malloc, of the
 * dynamic loader, of libnolockalloc. It waits for nobody and it allocates as it likes.
 */
#include <errno.h>
#include <signal.h>

#include "prof.h"

enum
{
    /* The walk goes into an object and not onto the stack: that may be a small alternate one. */
    SCRATCH_BYTES = 4096,
    MAX_FRAMES = SCRATCH_BYTES / sizeof(uintptr_t),
};

static void *take(size_t size, gfp_t flags)
{
    void *object = kmalloc_nolock(size, flags, NUMA_NO_NODE);

    count_one(&prof.counts.allocations);
    if (object == NULL)
        count_one(&prof.counts.failures);
    return object;
}

static void give_back(void *object)
{
    kfree_nolock(object);
    count_one(&prof.counts.frees);
}

static uint64_t hash_of(const uintptr_t *pc, size_t depth)
{
    uint64_t hash = depth;

    for (size_t i = 0; i < depth; i++)
    {
        hash = (hash ^ pc[i]) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
    }
    return hash;
}

static bool record(const uintptr_t *pc, const struct walk *walk, uint64_t periods)
{
    struct chain *chain = take(sizeof *chain + walk->depth * sizeof chain->pc[0], __GFP_ZERO);

    if (chain == NULL)
        return false;
    chain->hash = hash_of(pc, walk->depth);
    chain->periods = periods;
    chain->depth = (uint32_t)walk->depth;
    chain->complete = walk->complete;
    for (size_t i = 0; i < walk->depth; i++)
        chain->pc[i] = pc[i];
    chains_add(chain);
    return true;
}

static bool sample(const void *context, uint64_t periods)
{
    uintptr_t *pc = take(SCRATCH_BYTES, 0);
    struct walk walk;
    bool recorded;

    if (pc == NULL)
        return false;
    walk = walk_stack(context, thread_stack(), pc, MAX_FRAMES);
    if (pc[0] >= prof.allocator_start && pc[0] < prof.allocator_end)
        count_one(&prof.counts.in_allocator);
    if (!walk.complete)
        count_one(&prof.counts.incomplete);
    recorded = record(pc, &walk, periods);
    give_back(pc);
    return recorded;
}

static void on_sigprof(int signal_number, siginfo_t *info, void *context)
{
    int saved_errno = errno;
    uint64_t periods = 1;

    (void)signal_number;
    /* Where the kernel ticks slower than the timer, one signal stands for several periods. */
    if (info->si_code == SI_TIMER && info->si_overrun > 0)
        periods += (uint64_t)info->si_overrun;
    if (!atomic_load_explicit(&prof.running, memory_order_relaxed))
        return;
    if (sample(context, periods))
    {
        count_one(&prof.counts.samples);
        atomic_fetch_add_explicit(&prof.counts.periods, periods, memory_order_relaxed);
    }
    else
        count_one(&prof.counts.dropped);
    errno = saved_errno;
}

bool handler_install(void)
{
    /* SA_ONSTACK: where a program gives its threads small stacks, it gives signals another one. */
    struct sigaction action = {.sa_sigaction = on_sigprof,
                               .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};

    sigemptyset(&action.sa_mask);
    return sigaction(SIGPROF, &action, NULL) == 0;
}
