/* SPDX-License-Identifier: MIT */
/* Folded stacks: a line for each path of the tree, functions with ; between them, and a count. */
#include <string.h>

#include "report.h"

enum
{
    MAX_DEPTH = 600, /* more than the handler's walk can give */
};

static void write_name(FILE *out, const char *name)
{
    for (; *name != '\0'; name++)
        fputc(*name == ';' || *name == '\n' ? ':' : *name, out);
}

static void write_path(FILE *out, const struct node *const *path, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
    {
        if (i > 0)
            fputc(';', out);
        write_name(out, path[i]->function->name);
    }
    fprintf(out, " %llu\n", (unsigned long long)path[depth - 1]->self);
}

static void write_below(FILE *out, const struct node **path, size_t depth)
{
    const struct node *node = path[depth - 1];

    if (node->self > 0)
        write_path(out, path, depth);
    for (const struct node *child = node->child; child != NULL && depth < MAX_DEPTH;
         child = child->sibling)
    {
        path[depth] = child;
        write_below(out, path, depth + 1);
    }
}

void folded_write(FILE *out, const struct node *root)
{
    const struct node *path[MAX_DEPTH] = {root};

    write_below(out, path, 1);
}
