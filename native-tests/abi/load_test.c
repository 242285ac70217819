/* SPDX-License-Identifier: MIT */
/*
 * load_test PLAIN LIBRARY: does loading LIBRARY leave anything behind? Counts threads, signal
 * dispositions, open files and calls of malloc around dlopen(). The dynamic loader calls malloc
 * itself; how often, loading PLAIN tells, a library of the same shape that does nothing.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state
{
    int threads;
    int files;
    unsigned mallocs;
    struct sigaction handlers[NSIG];
};

static unsigned mallocs;

/* This program's malloc is everybody's, the loader's too: a heap that only grows. */
static void *take(size_t size)
{
    static _Alignas(16) char heap[1 << 22];
    static size_t used;
    char *object = heap + used + 16;

    mallocs++;
    used += (size + 31) & ~(size_t)15;
    if (used + 16 > sizeof(heap))
    {
        abort();
    }
    memcpy(object - 16, &size, sizeof(size));
    return object;
}

void *malloc(size_t size)
{
    return take(size);
}

void *calloc(size_t count, size_t size)
{
    return take(count * size);
}

void *realloc(void *object, size_t size)
{
    void *larger = take(size);
    size_t old = 0;

    if (object)
    {
        memcpy(&old, (char *)object - 16, sizeof(old));
        memcpy(larger, object, old < size ? old : size);
    }
    return larger;
}

void free(void *object)
{
    (void)object;
}

static int entries(const char *folder)
{
    DIR *open = opendir(folder);
    int count = 0;

    while (open && readdir(open))
    {
        count++;
    }
    closedir(open);
    return count;
}

static void observe(struct state *state)
{
    state->mallocs = mallocs;
    state->threads = entries("/proc/self/task");
    state->files = entries("/proc/self/fd");
    memset(state->handlers, 0, sizeof(state->handlers));
    for (int number = 1; number < NSIG; number++)
    {
        sigaction(number, NULL, &state->handlers[number]);
    }
}

/* The calls of malloc in dlopen() itself; what else changed is in the two states. */
static unsigned load(const char *library, struct state *before, struct state *after)
{
    unsigned start;
    unsigned end;

    observe(before);
    start = mallocs;
    if (!dlopen(library, RTLD_NOW | RTLD_LOCAL))
    {
        fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
    end = mallocs;
    observe(after);
    return end - start;
}

static int same_handler(const struct sigaction *one, const struct sigaction *other)
{
    for (int number = 1; number < NSIG; number++)
    {
        if (sigismember(&one->sa_mask, number) != sigismember(&other->sa_mask, number))
        {
            return 0;
        }
    }
    return one->sa_handler == other->sa_handler && one->sa_flags == other->sa_flags;
}

static int changed(const char *what, int count_before, int count_after)
{
    if (count_before == count_after)
    {
        return 0;
    }
    fprintf(stderr, "loading changed the number of %s: %d, then %d\n", what, count_before,
            count_after);
    return 1;
}

int main(int argc, char **argv)
{
    static struct state before;
    static struct state after;
    unsigned plain;
    unsigned calls;
    int failed = 0;

    if (argc != 3)
    {
        fprintf(stderr, "usage: load_test PLAIN LIBRARY\n");
        return 2;
    }
    plain = load(argv[1], &before, &after);
    calls = load(argv[2], &before, &after);
    failed |= changed("calls of malloc", (int)plain, (int)calls);
    failed |= changed("threads", before.threads, after.threads);
    failed |= changed("open files", before.files, after.files);
    for (int number = 1; number < NSIG; number++)
    {
        if (!same_handler(&before.handlers[number], &after.handlers[number]))
        {
            fprintf(stderr, "loading changed the handler of signal %d\n", number);
            failed = 1;
        }
    }
    printf("dlopen: malloc %u times as for the plain library, %d thread, %d files\n", plain,
           after.threads - 2, after.files - 3);
    return failed;
}
