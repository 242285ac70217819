/* SPDX-License-Identifier: MIT */
/* The three files of a profile. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "prof.h"
#include "report.h"

static uint64_t cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static FILE *create(const char *suffix)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof path, "%s.%ld.%s", prof.out, (long)prof.pid, suffix);
    file = fopen(path, "we");
    if (file == NULL)
        fprintf(stderr, "nolockprof: %s: %s\n", path, strerror(errno));
    return file;
}

static void write_stats(uint64_t started_us)
{
    FILE *file = create("stats");

    if (file == NULL)
        return;
    stats_write(file, program_invocation_short_name, cpu_us() - started_us);
    fclose(file);
}

void report_write(void)
{
    uint64_t started_us = cpu_us();
    struct places places = places_collect();
    struct node *root;
    FILE *file;

    symbols_resolve(&places);
    root = tree_build(&places, program_invocation_short_name);
    file = create("folded");
    if (file != NULL)
    {
        folded_write(file, root);
        fclose(file);
    }
    file = create("svg");
    if (file != NULL)
    {
        flame_write(file, root, program_invocation_short_name);
        fclose(file);
    }
    write_stats(started_us);
}
