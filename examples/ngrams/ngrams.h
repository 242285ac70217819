/* SPDX-License-Identifier: MIT */
/*
 * Counts words and n-grams of text with many threads. Every node and every part of a table comes
 * from kmalloc_nolock(): a program that is busy in the allocator, for its profiler to interrupt.
 *
 *   main.c     arguments, threads, results
 *   corpus.c   which files
 *   words.c    a file as words, and each run of 1 to n words as a gram
 *   table.c    grams by their text: lock-free, for one thread's file and for all threads' sum
 */
#ifndef NGRAMS_H
#define NGRAMS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nolockalloc.h"

enum
{
    MAX_WORDS = 5, /* in a gram */
    MAX_TEXT = 200,
};

struct file
{
    const char *path;
    size_t size;
};

struct corpus
{
    struct file *file; /* sorted by path */
    size_t count;
    size_t bytes;
};

struct gram
{
    struct gram *next; /* in its slot */
    uint64_t hash;
    _Atomic uint64_t count;
    const struct file *first_file; /* where it was first seen */
    uint32_t first_offset;
    uint16_t words;
    uint16_t length; /* bytes of text */
    char text[];     /* words with single spaces between them, in lower case */
};

/* Pages of slots, made as they are needed; a directory and a page fill an object of 8 KiB each. */
struct table
{
    _Atomic(struct page *) *page;
    size_t pages; /* a power of two */
};

/* What one thread did. */
struct tally
{
    uint64_t made;
    uint64_t freed;
    uint64_t words;
    bool out_of_memory;
};

/* corpus.c: the regular text files in and below the paths, up to a number of bytes. */
struct corpus corpus_find(char *const paths[], size_t count, size_t max_bytes);

/* words.c: counts a file's grams of 1 to max_words words into a table. */
void words_count(const struct file *file, unsigned max_words, struct table *table,
                 struct tally *tally);

/* table.c */
bool table_init(struct table *table, size_t pages);
/* Takes the gram over: adds it, or counts it with the one that is there and frees it. */
void table_add(struct table *table, struct gram *gram, struct tally *tally);
/* Moves every gram of one table into another. */
void table_move(struct table *from, struct table *to, struct tally *tally);
/* Of one page. Different threads may do different pages. */
void table_each(const struct table *table, size_t number,
                void (*visit)(struct gram *gram, void *argument), void *argument);
void table_free_page(struct table *table, size_t number, struct tally *tally);

#endif /* NGRAMS_H */
