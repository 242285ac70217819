/* SPDX-License-Identifier: MIT */
/*
 * usage: ngrams [--threads N] [--megabytes N] [--words N] PATH...
 *
 * Each thread counts one file at a time in a table of its own and moves the grams into the common
 * one; at the end all threads free what any thread allocated.
 */
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ngrams.h"

enum
{
    MAX_THREADS = 256,
    COMMON_PAGES = 1024,
    FILE_PAGES = 64,
    SHOWN = 3, /* of the most frequent grams of each length */
};

struct thread
{
    struct tally tally;
    struct gram *best[MAX_WORDS][SHOWN]; /* the most frequent grams that it saw, by length */
};

struct work
{
    unsigned threads;
    unsigned max_words;
    size_t max_bytes;
    struct corpus corpus;
    struct table common;
    _Atomic size_t next_file;
    _Atomic size_t next_page[2];
    pthread_barrier_t counted; /* all files are in the common table */
    pthread_barrier_t ranked;  /* and it has been searched for the most frequent grams */
    pthread_barrier_t printed;
    struct thread thread[MAX_THREADS];
};

static struct work work = {.threads = 2, .max_words = 3, .max_bytes = 16u << 20};

/* Puts a gram among the most frequent ones of its length. */
static void rank(struct gram *gram, void *argument)
{
    struct gram **best = ((struct thread *)argument)->best[gram->words - 1];

    for (int i = 0; i < SHOWN && gram != NULL; i++)
    {
        struct gram *other = best[i];
        if (other != NULL && other->count >= gram->count)
            continue;
        best[i] = gram;
        gram = other;
    }
}

static void print_results(void)
{
    struct thread *sum = &work.thread[0];
    uint64_t words = 0;

    for (unsigned i = 0; i < work.threads; i++)
        words += work.thread[i].tally.words;
    for (unsigned i = 1; i < work.threads; i++)
        for (unsigned g = 0; g < MAX_WORDS * SHOWN; g++)
            if (work.thread[i].best[g / SHOWN][g % SHOWN] != NULL)
                rank(work.thread[i].best[g / SHOWN][g % SHOWN], sum);
    printf("%zu files, %.1f MB, %llu words\n", work.corpus.count, (double)work.corpus.bytes / 1e6,
           (unsigned long long)words);
    for (unsigned g = 0; g < MAX_WORDS * SHOWN; g++)
    {
        const struct gram *gram = sum->best[g / SHOWN][g % SHOWN];
        if (gram != NULL)
            printf("%10llu  %.*s\n", (unsigned long long)gram->count, gram->length, gram->text);
    }
}

static void count_files(struct tally *tally)
{
    struct table mine;
    size_t number;

    if (!table_init(&mine, FILE_PAGES))
    {
        tally->out_of_memory = true;
        return;
    }
    while ((number = atomic_fetch_add(&work.next_file, 1)) < work.corpus.count)
    {
        words_count(&work.corpus.file[number], work.max_words, &mine, tally);
        table_move(&mine, &work.common, tally);
    }
    kfree_nolock(mine.page);
}

static void *run_thread(void *argument)
{
    struct thread *self = argument;
    size_t number;

    count_files(&self->tally);
    pthread_barrier_wait(&work.counted);
    while ((number = atomic_fetch_add(&work.next_page[0], 1)) < work.common.pages)
        table_each(&work.common, number, rank, self);
    if (pthread_barrier_wait(&work.ranked) == PTHREAD_BARRIER_SERIAL_THREAD)
        print_results();
    pthread_barrier_wait(&work.printed);
    while ((number = atomic_fetch_add(&work.next_page[1], 1)) < work.common.pages)
        table_free_page(&work.common, number, &self->tally);
    return NULL;
}

static void run_threads(void)
{
    pthread_t thread[MAX_THREADS];

    pthread_barrier_init(&work.counted, NULL, work.threads);
    pthread_barrier_init(&work.ranked, NULL, work.threads);
    pthread_barrier_init(&work.printed, NULL, work.threads);
    for (unsigned i = 1; i < work.threads; i++)
        if (pthread_create(&thread[i], NULL, run_thread, &work.thread[i]) != 0)
            abort();
    run_thread(&work.thread[0]);
    for (unsigned i = 1; i < work.threads; i++)
        pthread_join(thread[i], NULL);
}

static bool read_arguments(int count, char *arguments[])
{
    static const struct option options[] = {{"threads", required_argument, NULL, 't'},
                                            {"megabytes", required_argument, NULL, 'm'},
                                            {"words", required_argument, NULL, 'w'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(count, arguments, "", options, NULL)) != -1)
    {
        unsigned number = optarg == NULL ? 0 : (unsigned)strtoul(optarg, NULL, 10);

        if (option == 't' && number >= 1 && number <= MAX_THREADS)
            work.threads = number;
        else if (option == 'm' && number >= 1)
            work.max_bytes = (size_t)number << 20;
        else if (option == 'w' && number >= 1 && number <= MAX_WORDS)
            work.max_words = number;
        else
            return false;
    }
    return optind < count;
}

int main(int count, char *arguments[])
{
    struct tally sum = {0};

    if (!read_arguments(count, arguments))
    {
        fputs("usage: ngrams [--threads N] [--megabytes N] [--words 1-5] PATH...\n", stderr);
        return 2;
    }
    work.corpus = corpus_find(arguments + optind, (size_t)(count - optind), work.max_bytes);
    if (!table_init(&work.common, COMMON_PAGES))
        return 1;
    run_threads();
    kfree_nolock(work.common.page);
    for (unsigned i = 0; i < work.threads; i++)
    {
        sum.made += work.thread[i].tally.made;
        sum.freed += work.thread[i].tally.freed;
        sum.out_of_memory |= work.thread[i].tally.out_of_memory;
    }
    printf("%llu grams made, %llu freed\n", (unsigned long long)sum.made,
           (unsigned long long)sum.freed);
    return sum.made != sum.freed || sum.out_of_memory;
}
