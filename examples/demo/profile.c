/* SPDX-License-Identifier: MIT */
/* Reads what the profiler wrote: OUT.PID.stats of each process, and the files beside it. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo.h"

static const char *const suffixes[] = {"stats", "folded", "svg"};

static const struct
{
    const char *key;
    size_t offset;
} numbers[] = {
    {"pid", offsetof(struct profile, pid)},
    {"hz", offsetof(struct profile, hz)},
    {"samples", offsetof(struct profile, samples)},
    {"periods", offsetof(struct profile, periods)},
    {"allocations", offsetof(struct profile, allocations)},
    {"frees", offsetof(struct profile, frees)},
    {"in_allocator", offsetof(struct profile, in_allocator)},
    {"failures", offsetof(struct profile, failures)},
    {"dropped", offsetof(struct profile, dropped)},
    {"incomplete", offsetof(struct profile, incomplete)},
    {"chains", offsetof(struct profile, chains)},
    {"threads", offsetof(struct profile, threads)},
    {"threads_unsampled", offsetof(struct profile, threads_unsampled)},
    {"bucket_retries", offsetof(struct profile, bucket_retries)},
    {"direct_allocations", offsetof(struct profile, direct_allocations)},
    {"direct_frees", offsetof(struct profile, direct_frees)},
    {"deferred_frees", offsetof(struct profile, deferred_frees)},
    {"deferred_frees_drained", offsetof(struct profile, deferred_frees_drained)},
    {"report_us", offsetof(struct profile, report_us)},
};

static void read_frame(struct profile *profile, char *value)
{
    struct frame *frame = &profile->hottest[profile->frames];
    char *name;

    if (profile->frames == HOTTEST)
        return;
    frame->periods = strtoull(value, &name, 10);
    snprintf(frame->name, sizeof frame->name, "%s", name + strspn(name, " "));
    profile->frames++;
}

static void read_line(struct profile *profile, char *line)
{
    char *value = strchr(line, ' ');

    line[strcspn(line, "\n")] = '\0';
    if (value == NULL)
        return;
    *value++ = '\0';
    if (strcmp(line, "program") == 0)
        snprintf(profile->program, sizeof profile->program, "%s", value);
    else if (strcmp(line, "clock") == 0)
        snprintf(profile->clock, sizeof profile->clock, "%s", value);
    else if (strcmp(line, "frame") == 0)
        read_frame(profile, value);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (strcmp(line, numbers[i].key) == 0)
            *(uint64_t *)((char *)profile + numbers[i].offset) = strtoull(value, NULL, 10);
}

static bool read_stats(const char *path, struct profile *profile)
{
    char line[MAX_NAME + 64];
    FILE *file = fopen(path, "r");

    memset(profile, 0, sizeof *profile);
    if (file == NULL)
        return false;
    while (fgets(line, sizeof line, file) != NULL)
        read_line(profile, line);
    fclose(file);
    return true;
}

/* The files of one process: kept under the subject's name, or removed. */
static void settle(const char *stats, const struct options *options, const char *kept_name)
{
    char from[1024];
    char to[1024];

    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
    {
        snprintf(from, sizeof from, "%.*s%s", (int)(strlen(stats) - strlen("stats")), stats,
                 suffixes[i]);
        snprintf(to, sizeof to, "%s/%s.%s", options->out, kept_name == NULL ? "" : kept_name,
                 suffixes[i]);
        if (kept_name == NULL)
            unlink(from);
        else
            rename(from, to);
    }
}

bool profile_pick(const struct options *options, struct result *result)
{
    const char *name = result->subject->name;
    struct profile profile;
    char pattern[1024];
    size_t best = 0;
    glob_t found;

    snprintf(pattern, sizeof pattern, "%s/%s.*.stats", options->out, name);
    if (glob(pattern, 0, NULL, &found) != 0)
        return false;
    memset(&result->profile, 0, sizeof result->profile);
    result->processes = found.gl_pathc;
    for (size_t i = 0; i < found.gl_pathc; i++)
    {
        if (!read_stats(found.gl_pathv[i], &profile))
            continue;
        result->lost += profile.failures + profile.dropped;
        if (profile.samples < result->profile.samples)
            continue;
        best = i;
        result->profile = profile;
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        settle(found.gl_pathv[i], options, i == best ? name : NULL);
    globfree(&found);
    snprintf(result->svg, sizeof result->svg, "%s/%s.svg", options->out, name);
    snprintf(result->folded, sizeof result->folded, "%s/%s.folded", options->out, name);
    return result->profile.samples > 0;
}
