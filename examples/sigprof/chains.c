/* SPDX-License-Identifier: MIT */
/*
 * Call chains. A handler puts its sample on a list of new ones, with one compare-and-swap. Every
 * BATCH-th handler takes the whole list and merges it: a chain that the hash has already is counted
 * there and goes back to the allocator, any other is added to its bucket. So most chains are freed
 * by another handler, often on another thread, than the one that allocated them.
 *
 * STATE       fresh: a list, newest first. bucket[i]: a list, newest first.
 * TRANSITIONS fresh: push one (CAS), take all (exchange). bucket: push one (CAS). A chain is never
 *             taken out of a bucket while handlers run.
 * ORDER       a push releases the chain's contents; take all and the loads of a bucket acquire
 * them. REENTRY     SIGPROF is blocked in its own handler; other threads' handlers meet in the
 * CASes only. A list that was taken is in one handler's hands, so there is no ABA.
 */
#include <string.h>

#include "prof.h"

enum
{
    BUCKETS = 1 << 14,
    BATCH = 8,
};

static _Atomic(struct chain *) fresh;
static _Atomic uint32_t fresh_count;
static _Atomic(struct chain *) bucket[BUCKETS];
static _Atomic size_t merged_chains;

static bool same(const struct chain *a, const struct chain *b)
{
    return a->hash == b->hash && a->depth == b->depth && a->complete == b->complete &&
           memcmp(a->pc, b->pc, a->depth * sizeof a->pc[0]) == 0;
}

/* Looks from one chain of a bucket to another, which it leaves out. */
static struct chain *find(struct chain *from, const struct chain *to, const struct chain *wanted)
{
    while (from != to && !same(from, wanted))
        from = from->next;
    return from == to ? NULL : from;
}

static void merge(struct chain *chain)
{
    _Atomic(struct chain *) *head = &bucket[chain->hash % BUCKETS];
    struct chain *first = atomic_load_explicit(head, memory_order_acquire);
    struct chain *searched = NULL; /* from here on there is no such chain */

    for (;;)
    {
        struct chain *known = find(first, searched, chain);

        if (known != NULL)
        {
            atomic_fetch_add_explicit(&known->periods, chain->periods, memory_order_relaxed);
            kfree_nolock(chain);
            count_one(&prof.counts.frees);
            return;
        }
        searched = first;
        chain->next = first;
        if (atomic_compare_exchange_weak_explicit(head, &first, chain, memory_order_release,
                                                  memory_order_acquire))
            break;
    }
    atomic_fetch_add_explicit(&merged_chains, 1, memory_order_relaxed);
}

void chains_merge(void)
{
    struct chain *chain = atomic_exchange_explicit(&fresh, NULL, memory_order_acquire);

    while (chain != NULL)
    {
        struct chain *next = chain->next;
        merge(chain);
        chain = next;
    }
}

void chains_add(struct chain *chain)
{
    chain->next = atomic_load_explicit(&fresh, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&fresh, &chain->next, chain, memory_order_release,
                                                  memory_order_relaxed))
        continue;
    if (atomic_fetch_add_explicit(&fresh_count, 1, memory_order_relaxed) % BATCH == BATCH - 1)
        chains_merge();
}

size_t chains_count(void)
{
    return atomic_load_explicit(&merged_chains, memory_order_relaxed);
}

void chains_each(void (*visit)(const struct chain *chain, void *argument), void *argument)
{
    for (size_t i = 0; i < BUCKETS; i++)
    {
        const struct chain *chain = atomic_load_explicit(&bucket[i], memory_order_acquire);
        for (; chain != NULL; chain = chain->next)
            visit(chain, argument);
    }
}

void chains_free_all(void)
{
    chains_merge();
    for (size_t i = 0; i < BUCKETS; i++)
    {
        struct chain *chain = atomic_exchange_explicit(&bucket[i], NULL, memory_order_acquire);
        while (chain != NULL)
        {
            struct chain *next = chain->next;
            kfree_nolock(chain);
            chain = next;
        }
    }
    atomic_store_explicit(&merged_chains, 0, memory_order_relaxed);
}
