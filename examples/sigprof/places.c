/* SPDX-License-Identifier: MIT */
/* The distinct addresses of all chains, through an open-addressed set that doubles as it fills. */
#include "memory.h"
#include "prof.h"
#include "report.h"

struct set
{
    uintptr_t *slot; /* 0: free */
    size_t slots;    /* a power of two */
    size_t used;
};

static bool insert(struct set *set, uintptr_t pc)
{
    size_t i = (size_t)(pc * 0x9e3779b97f4a7c15u >> 20) & (set->slots - 1);

    while (set->slot[i] != 0 && set->slot[i] != pc)
        i = (i + 1) & (set->slots - 1);
    if (set->slot[i] == pc)
        return false;
    set->slot[i] = pc;
    set->used++;
    return true;
}

static void grow(struct set *set)
{
    struct set larger = {zeroed(set->slots * 2, sizeof *larger.slot), set->slots * 2, 0};

    for (size_t i = 0; i < set->slots; i++)
        if (set->slot[i] != 0)
            insert(&larger, set->slot[i]);
    free(set->slot);
    *set = larger;
}

static void add_chain(const struct chain *chain, void *argument)
{
    struct set *set = argument;

    for (uint32_t i = 0; i < chain->depth; i++)
        if (chain->pc[i] != 0 && insert(set, chain->pc[i]) && set->used * 2 > set->slots)
            grow(set);
}

static int by_pc(const void *a, const void *b)
{
    uintptr_t x = ((const struct place *)a)->pc;
    uintptr_t y = ((const struct place *)b)->pc;

    return (x > y) - (x < y);
}

struct places places_collect(void)
{
    struct set set = {zeroed(1 << 12, sizeof *set.slot), 1 << 12, 0};
    struct places places = {NULL, 0};

    chains_each(add_chain, &set);
    places.place = zeroed(set.used, sizeof *places.place);
    for (size_t i = 0; i < set.slots; i++)
        if (set.slot[i] != 0)
            places.place[places.count++].pc = set.slot[i];
    free(set.slot);
    qsort(places.place, places.count, sizeof *places.place, by_pc);
    return places;
}

struct function *places_find(const struct places *places, uintptr_t pc)
{
    struct place wanted = {pc, NULL};
    struct place *place =
        bsearch(&wanted, places->place, places->count, sizeof *places->place, by_pc);

    return place == NULL ? NULL : place->function;
}
