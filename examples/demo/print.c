/* SPDX-License-Identifier: MIT */
/* The results, for people and for programs. */
#include <stdio.h>
#include <string.h>

#include "demo.h"

enum
{
    LABEL = 38,
    COLUMN = 16,
};

/* 1234567 as 1,234,567. */
static const char *grouped(uint64_t value, char text[32])
{
    char plain[24];
    int length = snprintf(plain, sizeof plain, "%llu", (unsigned long long)value);
    char *to = text;

    for (int i = 0; i < length; i++)
    {
        if (i > 0 && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = plain[i];
    }
    *to = '\0';
    return text;
}

static void row_of_words(const char *label, const char *first, const char *second)
{
    printf("  %-*s%*s%*s\n", LABEL, label, COLUMN, first, COLUMN, second);
}

static void row_of_numbers(const char *label, uint64_t first, uint64_t second)
{
    char text[2][32];

    row_of_words(label, grouped(first, text[0]), grouped(second, text[1]));
}

static void row_of_fractions(const char *label, const char *format, double first, double second)
{
    char text[2][32];

    snprintf(text[0], sizeof text[0], format, first);
    snprintf(text[1], sizeof text[1], format, second);
    row_of_words(label, text[0], text[1]);
}

static void print_hottest(const struct result *result)
{
    const struct profile *profile = &result->profile;

    printf("\n  the hottest functions of %s, by their own time\n", profile->program);
    for (size_t i = 0; i < profile->frames; i++)
        printf("  %6.2f %%  %.*s\n",
               100.0 * (double)profile->hottest[i].periods / (double)profile->periods, 80,
               profile->hottest[i].name);
}

static void print_costs(const struct result *a, const struct result *b)
{
    row_of_fractions("CPU time without the profiler", "%.2f s", a->plain_s, b->plain_s);
    row_of_fractions("CPU time with it", "%.2f s", a->profiled_s, b->profiled_s);
    row_of_fractions("  of that, writing the report", "%.2f s", (double)a->profile.report_us / 1e6,
                     (double)b->profile.report_us / 1e6);
    row_of_fractions("overhead, median of the pairs", "%.1f %%", 100 * a->overhead,
                     100 * b->overhead);
    row_of_fractions("  lowest pair", "%.1f %%", 100 * a->lowest, 100 * b->lowest);
    row_of_fractions("  highest pair", "%.1f %%", 100 * a->highest, 100 * b->highest);
}

void print_table(const struct result *results, size_t count)
{
    const struct profile *a = &results[0].profile;
    const struct profile *b = &results[1].profile;

    printf("\n");
    row_of_words("the busiest process of the last run", a->program, b->program);
    row_of_numbers("  of so many that were profiled", results[0].processes, results[1].processes);
    row_of_numbers("threads", a->threads, b->threads);
    row_of_words("clock of the timers, 1 kHz", a->clock, b->clock);
    row_of_numbers("samples", a->samples, b->samples);
    row_of_numbers("different stacks", a->chains, b->chains);
    row_of_numbers("stacks not walked to their end", a->incomplete, b->incomplete);
    row_of_numbers("allocations inside handlers", a->allocations, b->allocations);
    row_of_numbers("handlers that interrupted the allocator", a->in_allocator, b->in_allocator);
    row_of_numbers("bucket retries", a->bucket_retries, b->bucket_retries);
    row_of_numbers("deferred frees", a->deferred_frees, b->deferred_frees);
    row_of_numbers("failures and lost samples, all runs", results[0].lost, results[1].lost);
    print_costs(&results[0], &results[1]);
    for (size_t i = 0; i < count; i++)
        print_hottest(&results[i]);
    printf("\n  flame graphs, for a browser\n");
    for (size_t i = 0; i < count; i++)
        printf("  %s\n", results[i].svg);
}

/* A JSON string; names hold no control characters but may hold quotes: operator"" is a name. */
static void json_string(const char *key, const char *value)
{
    printf("\"%s\": \"", key);
    for (; *value != '\0'; value++)
    {
        if (*value == '"' || *value == '\\')
            putchar('\\');
        putchar(*value);
    }
    putchar('"');
}

static void json_number(const char *key, uint64_t value)
{
    printf("    \"%s\": %llu,\n", key, (unsigned long long)value);
}

static void json_counts(const struct result *result)
{
    const struct profile *profile = &result->profile;

    json_number("pid", profile->pid);
    json_number("processes", result->processes);
    json_number("threads", profile->threads);
    json_number("hz", profile->hz);
    json_number("samples", profile->samples);
    json_number("periods", profile->periods);
    json_number("different_stacks", profile->chains);
    json_number("incomplete_stacks", profile->incomplete);
    json_number("handler_allocations", profile->allocations);
    json_number("handler_frees", profile->frees);
    json_number("interrupted_allocator", profile->in_allocator);
    json_number("bucket_retries", profile->bucket_retries);
    json_number("direct_allocations", profile->direct_allocations);
    json_number("direct_frees", profile->direct_frees);
    json_number("deferred_frees", profile->deferred_frees);
    json_number("deferred_frees_drained", profile->deferred_frees_drained);
    json_number("lost", result->lost);
}

void print_json(const struct result *results, size_t count)
{
    printf("{\n");
    for (size_t i = 0; i < count; i++)
    {
        const struct profile *profile = &results[i].profile;

        printf("  \"%s\": {\n    ", results[i].subject->name);
        json_string("program", profile->program);
        printf(",\n    ");
        json_string("clock", profile->clock);
        printf(",\n");
        json_counts(&results[i]);
        printf("    \"plain_seconds\": %.4f,\n    \"profiled_seconds\": %.4f,\n"
               "    \"report_seconds\": %.4f,\n    \"overhead\": %.4f,\n"
               "    \"lowest\": %.4f,\n    \"highest\": %.4f,\n    \"hottest\": [",
               results[i].plain_s, results[i].profiled_s, (double)profile->report_us / 1e6,
               results[i].overhead, results[i].lowest, results[i].highest);
        for (size_t f = 0; f < profile->frames; f++)
        {
            printf("%s\n      {\"periods\": %llu, ", f == 0 ? "" : ",",
                   (unsigned long long)profile->hottest[f].periods);
            json_string("name", profile->hottest[f].name);
            putchar('}');
        }
        printf("\n    ],\n    ");
        json_string("svg", results[i].svg);
        printf("\n  }%s\n", i + 1 < count ? "," : "");
    }
    printf("}\n");
}
