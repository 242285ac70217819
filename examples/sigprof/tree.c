/* SPDX-License-Identifier: MIT */
/* The call tree: chains are merged from their roots, by function. */
#include "memory.h"
#include "prof.h"
#include "report.h"

struct building
{
    const struct places *places;
    struct node *root;
    struct function *incomplete;
};

static struct node *child_of(struct node *parent, struct function *function)
{
    struct node *child = parent->child;

    while (child != NULL && child->function != function)
        child = child->sibling;
    if (child != NULL)
        return child;
    child = zeroed(1, sizeof *child);
    *child = (struct node){.function = function, .sibling = parent->child};
    parent->child = child;
    return child;
}

static void add_chain(const struct chain *chain, void *argument)
{
    struct building *building = argument;
    struct node *node = building->root;

    node->total += chain->periods;
    if (!chain->complete)
    {
        node = child_of(node, building->incomplete);
        node->total += chain->periods;
    }
    for (uint32_t i = chain->depth; i > 0; i--)
    {
        struct function *function = places_find(building->places, chain->pc[i - 1]);

        if (function == NULL || function->kind == FUNCTION_OF_PROFILER ||
            function == node->function) /* a function that calls itself is one box, not a tower */
            continue;
        node = child_of(node, function);
        node->total += chain->periods;
    }
    node->self += chain->periods;
    node->function->self += chain->periods;
}

/* Merge sort of siblings, heaviest first. */
static struct node *sorted(struct node *list)
{
    struct node *half[2] = {NULL, NULL};
    struct node *result = NULL;
    struct node **end = &result;

    if (list == NULL || list->sibling == NULL)
        return list;
    for (unsigned turn = 0; list != NULL; turn ^= 1)
    {
        struct node *next = list->sibling;
        list->sibling = half[turn];
        half[turn] = list;
        list = next;
    }
    half[0] = sorted(half[0]);
    half[1] = sorted(half[1]);
    while (half[0] != NULL || half[1] != NULL)
    {
        unsigned from = half[0] == NULL || (half[1] != NULL && half[1]->total > half[0]->total);
        *end = half[from];
        end = &half[from]->sibling;
        half[from] = half[from]->sibling;
    }
    return result;
}

static void sort_tree(struct node *node)
{
    node->child = sorted(node->child);
    for (struct node *child = node->child; child != NULL; child = child->sibling)
        sort_tree(child);
}

struct node *tree_build(const struct places *places, const char *program)
{
    struct building building = {
        places,
        zeroed(1, sizeof *building.root),
        names_function("[callers unknown]", FUNCTION_OF_PROGRAM),
    };

    building.root->function = names_function(program, FUNCTION_OF_PROGRAM);
    chains_each(add_chain, &building);
    sort_tree(building.root);
    return building.root;
}
