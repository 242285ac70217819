/* SPDX-License-Identifier: MIT */
/* usage: see usage() below; the build's target "demo" gives the arguments. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "demo.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorts them. */
static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* Without and with the profiler, in turn, so that a machine that grows slower slows both. */
static bool run_pairs(const struct options *options, const struct subject *subject,
                      struct result *result)
{
    double plain[MAX_PAIRS];
    double profiled[MAX_PAIRS];
    double ratio[MAX_PAIRS];
    char prefix[1024];
    char log[1024];

    snprintf(prefix, sizeof prefix, "%s/%s", options->out, subject->name);
    snprintf(log, sizeof log, "%s/%s.log", options->out, subject->name);
    for (unsigned i = 0; i < subject->pairs; i++)
    {
        fprintf(stderr, "      run %u of %u: ", i + 1, subject->pairs);
        plain[i] = run_command(subject->command, log, NULL, NULL, NULL);
        fprintf(stderr, "%.2f s plain, ", plain[i]);
        profiled[i] = run_command(subject->command, log, options->profiler, prefix, subject->clock);
        fprintf(stderr, "%.2f s profiled, ", profiled[i]);
        if (plain[i] <= 0 || profiled[i] <= 0 || !profile_pick(options, result))
            return false;
        fprintf(stderr, "%llu samples\n", (unsigned long long)result->profile.samples);
        ratio[i] = profiled[i] / plain[i];
    }
    result->plain_s = median(plain, subject->pairs);
    result->profiled_s = median(profiled, subject->pairs);
    result->overhead = median(ratio, subject->pairs) - 1;
    result->lowest = ratio[0] - 1;
    result->highest = ratio[subject->pairs - 1] - 1;
    return true;
}

static void describe(struct subject subjects[2], const struct options *options)
{
    /* CPU-time timers go by the kernel's tick, mostly 250 a second; the counting threads compute
     * all the time, so for them the wall clock is the same and its timers are exact. */
    subjects[0] =
        (struct subject){"compiler",
                         "a compiler, untouched: it does not use the allocator, the handlers do",
                         "cpu",
                         options->quick ? 1 : 3,
                         {options->compiler, "-std=c++17", options->quick ? "-fsyntax-only" : "-O2",
                          "-c", options->workload, "-o", "/dev/null"}};
    subjects[1] = (struct subject){
        "ngrams",
        "words and n-grams: every node comes from the allocator that the handlers interrupt",
        "wall",
        options->quick ? 1 : 5,
        {options->ngrams, "--threads", "2", "--words", "5", "--megabytes",
         options->quick ? "4" : "16", "/usr/share/common-licenses", "/usr/include", options->text}};
}

static int run_demo(const struct options *options)
{
    struct subject subjects[2];
    struct result results[2] = {{.lost = 0}};
    bool good = true;

    describe(subjects, options);
    mkdir(options->out, 0755);
    for (size_t i = 0; i < 2; i++)
    {
        fprintf(stderr, "[%zu/2] %s\n     ", i + 1, subjects[i].title);
        for (size_t a = 0; subjects[i].command[a] != NULL; a++)
            fprintf(stderr, " %s", subjects[i].command[a]);
        fputc('\n', stderr);
        results[i].subject = &subjects[i];
        if (!run_pairs(options, &subjects[i], &results[i]))
        {
            fprintf(stderr, "\ndemo: no profile; what the program said is in %s/%s.log\n",
                    options->out, subjects[i].name);
            return 1;
        }
    }
    if (options->json)
        print_json(results, 2);
    else
        print_table(results, 2);
    for (size_t i = 0; i < 2; i++)
        good &= check_result(&results[i]);
    return good ? 0 : 1;
}

static int usage(void)
{
    fputs("usage: demo --profiler LIBRARY --compiler COMMAND --workload SOURCE --ngrams PROGRAM\n"
          "            --text FOLDER --out FOLDER [--quick] [--json]\n",
          stderr);
    return 2;
}

int main(int count, char *arguments[])
{
    struct options options = {0};
    const char **const value[] = {&options.profiler, &options.compiler, &options.workload,
                                  &options.ngrams,   &options.text,     &options.out};
    static const struct option known[] = {{"profiler", required_argument, NULL, 0},
                                          {"compiler", required_argument, NULL, 1},
                                          {"workload", required_argument, NULL, 2},
                                          {"ngrams", required_argument, NULL, 3},
                                          {"text", required_argument, NULL, 4},
                                          {"out", required_argument, NULL, 5},
                                          {"quick", no_argument, NULL, 'q'},
                                          {"json", no_argument, NULL, 'j'},
                                          {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(count, arguments, "", known, NULL)) != -1)
    {
        if (option >= 0 && option <= 5)
            *value[option] = optarg;
        else if (option == 'q')
            options.quick = true;
        else if (option == 'j')
            options.json = true;
        else
            return usage();
    }
    for (size_t i = 0; i < sizeof value / sizeof value[0]; i++)
        if (*value[i] == NULL)
            return usage();
    return run_demo(&options);
}
