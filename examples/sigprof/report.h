/* SPDX-License-Identifier: MIT */
/*
 * What is written when a profile ends. This half runs once, in normal context, and is an ordinary
 * program: malloc, stdio, the loader's look-ups.
 *
 *   places.c    every distinct address in the chains
 *   symbols.c   addresses to functions, by the ELF symbol tables of the modules (elf_image.c)
 *   names.c     C++ names, short names, one struct function for each name
 *   tree.c      the chains as a tree of functions
 *   folded.c    the tree in the format of flamegraph.pl
 *   flame.c     the tree as an SVG picture (flame_script.c: its zoom and search)
 *   stats.c     the numbers, one a line
 */
#ifndef SIGPROF_REPORT_H
#define SIGPROF_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum function_kind
{
    FUNCTION_OF_PROGRAM,
    FUNCTION_OF_ALLOCATOR, /* code of libnolockalloc */
    FUNCTION_OF_PROFILER,  /* our own, at a thread's start: left out of the tree */
};

struct function
{
    const char *name;
    enum function_kind kind;
    uint64_t self;         /* periods in which it was the leaf */
    struct function *next; /* in names.c */
};

struct place
{
    uintptr_t pc;
    struct function *function;
};

struct places
{
    struct place *place; /* sorted by pc when they are resolved */
    size_t count;
};

struct node
{
    struct function *function;
    struct node *child;
    struct node *sibling;
    uint64_t total; /* periods in it and in what it called */
    uint64_t self;
};

void report_write(void);

struct places places_collect(void);
struct function *places_find(const struct places *places, uintptr_t pc);

void symbols_resolve(struct places *places);

/* The one function of a name and kind; symbols of C++ are given their readable name. */
struct function *names_function(const char *symbol, enum function_kind kind);
/* The hottest functions by themselves, hottest first; returns how many there are, at most max. */
size_t names_hottest(struct function **hottest, size_t max);

/* Nodes are sorted, heaviest child first. */
struct node *tree_build(const struct places *places, const char *program);

void folded_write(FILE *out, const struct node *root);
void flame_write(FILE *out, const struct node *root, const char *program);
void stats_write(FILE *out, const char *program, uint64_t report_us);

extern const char flame_style[];
extern const char flame_script[];

#endif /* SIGPROF_REPORT_H */
