/* SPDX-License-Identifier: MIT */
/*
 * The demonstration: profiles a compiler that does not know of us, and then a program that is
 * itself busy in the allocator, and says what the handlers did and what it cost.
 *
 *   main.c      what is run, in which order
 *   run.c       one command, with or without the profiler
 *   profile.c   what the profiler wrote
 *   check.c     whether its files are what they should be
 *   print.c     the table, or JSON
 */
#ifndef DEMO_H
#define DEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum
{
    MAX_PAIRS = 9,
    MAX_ARGUMENTS = 16,
    HOTTEST = 10,
    MAX_NAME = 512,
};

struct options
{
    const char *profiler; /* libnolockprof.so */
    const char *compiler; /* a C++ compiler */
    const char *workload; /* what it compiles */
    const char *ngrams;   /* the counting program */
    const char *text;     /* more to count, where the machine has little text */
    const char *out;      /* folder of the results */
    bool quick;           /* a few seconds */
    bool json;
};

/* A program to profile. */
struct subject
{
    const char *name;  /* of its files */
    const char *title; /* for people */
    const char *clock; /* of NOLOCKPROF_CLOCK */
    unsigned pairs;    /* runs without and with the profiler */
    const char *command[MAX_ARGUMENTS];
};

struct frame
{
    uint64_t periods;
    char name[MAX_NAME];
};

/* What the profiler counted in one process. */
struct profile
{
    char program[MAX_NAME];
    char clock[16];
    uint64_t pid, hz, samples, periods, allocations, frees, in_allocator, failures, dropped;
    uint64_t incomplete, chains, threads, threads_unsampled;
    uint64_t bucket_retries, direct_allocations, direct_frees;
    uint64_t deferred_frees, deferred_frees_drained, report_us;
    struct frame hottest[HOTTEST];
    size_t frames;
};

struct result
{
    const struct subject *subject;
    struct profile profile; /* the busiest process of the last profiled run */
    size_t processes;       /* profiled in that run */
    uint64_t lost;          /* failures and dropped samples of every process in every run */
    double plain_s;         /* CPU time of a run, its children included: the median */
    double profiled_s;
    double overhead; /* median of the pairs' ratios, less 1 */
    double lowest;   /* and how far they lie apart */
    double highest;
    char svg[1024];
    char folded[1024];
};

/* run.c: the CPU seconds of a command and its children; negative: it failed. out is for its output.
 */
double run_command(const char *const command[], const char *log, const char *profiler,
                   const char *prefix, const char *clock);

/* profile.c: picks the busiest process of a run, keeps its files as name.*, removes the others'. */
bool profile_pick(const struct options *options, struct result *result);

/* check.c: complains on stderr. */
bool check_result(const struct result *result);

/* print.c */
void print_table(const struct result *results, size_t count);
void print_json(const struct result *results, size_t count);

#endif /* DEMO_H */
