/* SPDX-License-Identifier: MIT */
/*
 * Grams by their text. A slot is a list that only grows while threads work on it: a thread pushes
 * its gram by compare-and-swap, or finds the same text there, adds its count and frees its own.
 */
#include <string.h>

#include "ngrams.h"

enum
{
    OBJECT = 8192, /* the largest that kmalloc_nolock() serves */
    SLOTS = OBJECT / sizeof(void *),
};

struct page
{
    _Atomic(struct gram *) slot[SLOTS];
};

static void free_gram(struct gram *gram, struct tally *tally)
{
    kfree_nolock(gram);
    tally->freed++;
}

bool table_init(struct table *table, size_t pages)
{
    table->pages = pages;
    table->page = kmalloc_nolock(pages * sizeof *table->page, __GFP_ZERO, NUMA_NO_NODE);
    return table->page != NULL;
}

/* The page of a hash; whoever comes first makes it. */
static struct page *page_of(struct table *table, uint64_t hash)
{
    _Atomic(struct page *) *place = &table->page[hash / SLOTS % table->pages];
    struct page *page = atomic_load_explicit(place, memory_order_acquire);
    struct page *mine;

    if (page != NULL)
        return page;
    mine = kmalloc_nolock(sizeof *mine, __GFP_ZERO, NUMA_NO_NODE);
    if (mine == NULL || atomic_compare_exchange_strong(place, &page, mine))
        return mine;
    kfree_nolock(mine);
    return page;
}

static struct gram *find(struct gram *from, const struct gram *to, const struct gram *wanted)
{
    for (; from != to; from = from->next)
        if (from->hash == wanted->hash && from->length == wanted->length &&
            memcmp(from->text, wanted->text, wanted->length) == 0)
            return from;
    return NULL;
}

void table_add(struct table *table, struct gram *gram, struct tally *tally)
{
    struct page *page = page_of(table, gram->hash);
    _Atomic(struct gram *) *slot;
    struct gram *searched = NULL;
    struct gram *known;

    if (page == NULL)
    {
        tally->out_of_memory = true;
        free_gram(gram, tally);
        return;
    }
    slot = &page->slot[gram->hash % SLOTS];
    gram->next = atomic_load_explicit(slot, memory_order_acquire);
    do
    {
        known = find(gram->next, searched, gram);
        searched = gram->next;
    } while (known == NULL &&
             !atomic_compare_exchange_weak_explicit(slot, &gram->next, gram, memory_order_release,
                                                    memory_order_acquire));
    if (known == NULL)
        return;
    atomic_fetch_add_explicit(&known->count, gram->count, memory_order_relaxed);
    free_gram(gram, tally);
}

void table_move(struct table *from, struct table *to, struct tally *tally)
{
    for (size_t number = 0; number < from->pages; number++)
    {
        struct page *page = from->page[number];

        for (size_t i = 0; page != NULL && i < SLOTS; i++)
        {
            struct gram *gram = page->slot[i];
            while (gram != NULL)
            {
                struct gram *next = gram->next;
                table_add(to, gram, tally);
                gram = next;
            }
        }
        kfree_nolock(page);
        from->page[number] = NULL;
    }
}

void table_each(const struct table *table, size_t number,
                void (*visit)(struct gram *gram, void *argument), void *argument)
{
    struct page *page = table->page[number];

    for (size_t i = 0; page != NULL && i < SLOTS; i++)
        for (struct gram *gram = page->slot[i]; gram != NULL; gram = gram->next)
            visit(gram, argument);
}

void table_free_page(struct table *table, size_t number, struct tally *tally)
{
    struct page *page = table->page[number];

    for (size_t i = 0; page != NULL && i < SLOTS; i++)
    {
        struct gram *gram = page->slot[i];
        while (gram != NULL)
        {
            struct gram *next = gram->next;
            free_gram(gram, tally);
            gram = next;
        }
    }
    kfree_nolock(page);
    table->page[number] = NULL;
}
