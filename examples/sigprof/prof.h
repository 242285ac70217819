/* SPDX-License-Identifier: MIT */
/*
 * libnolockprof: a sampling profiler for LD_PRELOAD whose signal handler allocates its memory.
 *
 *   prof.c      load, fork and exit: who is profiled, when it starts, when it ends
 *   threads.c   a CPU-time timer for every thread, and the bounds of its stack
 *   handler.c   SIGPROF: one sample
 *   stack_walk.c  the stack walk (stack_walk.h)
 *   chains.c    call chains in a lock-free hash, every one from kmalloc_nolock()
 *   doors.c     stands in for _exit() and exec()
 *   report.c    at exit: folded stacks, flame graph, numbers (report.h)
 */
#ifndef SIGPROF_PROF_H
#define SIGPROF_PROF_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "nolockalloc.h"
#include "stack_walk.h"

/* A call chain, and how often it was seen. 32 bytes and 8 for each frame. */
struct chain
{
    struct chain *next; /* first among the new ones, then in its bucket of the hash */
    uint64_t hash;
    _Atomic uint64_t periods; /* of the timer: 1 each where the kernel's clock keeps up with it */
    uint32_t depth;
    bool complete;  /* the walk reached the thread's first function */
    uintptr_t pc[]; /* leaf first */
};

/* Counted in handlers. */
struct counts
{
    _Atomic uint64_t samples;      /* signals that became a sample */
    _Atomic uint64_t periods;      /* timer periods that they stand for */
    _Atomic uint64_t allocations;  /* calls of kmalloc_nolock() */
    _Atomic uint64_t frees;        /* calls of kfree_nolock() */
    _Atomic uint64_t in_allocator; /* samples whose pc was inside libnolockalloc */
    _Atomic uint64_t failures;     /* kmalloc_nolock() gave NULL */
    _Atomic uint64_t dropped;      /* samples that were lost, for whatever reason */
    _Atomic uint64_t incomplete;   /* stacks that could not be walked to their end */
};

enum prof_clock
{
    PROF_CLOCK_CPU,     /* a thread is sampled while it computes */
    PROF_CLOCK_WALL,    /* a thread is sampled while it lives */
    PROF_CLOCK_PROCESS, /* fallback: one setitimer(ITIMER_PROF) for all threads */
};

struct prof
{
    _Atomic bool running; /* handlers take samples */
    pid_t pid;            /* whom this profile is of: a vfork child is somebody else */
    unsigned hz;
    enum prof_clock clock;
    const char *out;           /* prefix of the files */
    uintptr_t allocator_start; /* the code of libnolockalloc */
    uintptr_t allocator_end;
    _Atomic uint64_t threads;           /* that had a timer */
    _Atomic uint64_t threads_unsampled; /* that could not get one */
    struct counts counts;
    struct nolockalloc_stats before; /* the allocator's counters when the profile began */
};

extern struct prof prof;

/* prof.c: the profile's end; writes the report, once. Not in a handler. */
void prof_end(void);
/* Whether the caller runs in a signal handler, as far as its stack tells. */
bool prof_in_signal_handler(void);

/* handler.c: install it. */
bool handler_install(void);

/* threads.c: start and stop sampling the calling thread. */
void thread_begin(void);
void thread_end(void);
struct stack_range thread_stack(void);
/* An image that is about to be replaced: a process timer would outlive the handler. */
void thread_before_exec(void);

/* chains.c. Context: any, but for the last two. */
void chains_add(struct chain *chain);
void chains_merge(void);
size_t chains_count(void);
/* Calls visit for every chain. New ones may come meanwhile, none goes. */
void chains_each(void (*visit)(const struct chain *chain, void *argument), void *argument);
void chains_free_all(void);

static inline void count_one(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

#endif /* SIGPROF_PROF_H */
