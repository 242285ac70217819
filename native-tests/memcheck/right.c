/* SPDX-License-Identifier: MIT */
/*
 * right clean, right abandoned: programs that are right, of which memcheck must report nothing.
 */
#define _POSIX_C_SOURCE 200809L
#include <nolockalloc.h>

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

enum
{
    OBJECTS = 500,
    MANY_OBJECTS = 3000,
    DEEP_BYTES = 8192
};

static unsigned char *allocate(size_t size, gfp_t gfp_flags)
{
    return kmalloc_nolock(size, gfp_flags, NUMA_NO_NODE);
}

static void *work(void *unused)
{
    static _Thread_local unsigned char *object[OBJECTS];
    (void)unused;
    for (size_t i = 0; i < OBJECTS; i++)
    {
        object[i] = i % 2 ? allocate(1 + i * 16, __GFP_ZERO)
                          : (kmalloc_nolock)(1 + i * 16, 0, NUMA_NO_NODE);
        memset(object[i], i % 2 ? object[i][0] : 1, 1 + i * 16);
    }
    for (size_t i = 0; i < OBJECTS; i++)
    {
        kfree_nolock(object[i]);
    }
    return NULL;
}

static void on_signal(int number)
{
    (void)number;
    work(NULL);
}

static void handle(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    sigaction(number, &action, NULL);
}

static void clean(void)
{
    pthread_t threads[4];
    handle(SIGUSR1, on_signal);
    for (int i = 0; i < 4; i++)
    {
        pthread_create(&threads[i], NULL, work, NULL);
    }
    raise(SIGUSR1);
    for (int i = 0; i < 4; i++)
    {
        pthread_join(threads[i], NULL);
    }
    nolockalloc_trim();
    kfree_nolock(allocate(0, 0));
    kfree_nolock(NULL);
}

static sigjmp_buf way_out;

static void leave(int number)
{
    (void)number;
    siglongjmp(way_out, 1);
}

/* Its frame is far below those of the calls that come later. */
static __attribute__((noinline)) void free_deep_in_the_stack(const void *object)
{
    volatile unsigned char room[DEEP_BYTES];
    room[0] = 0;
    kfree_nolock(object);
    room[1] = room[0];
}

/* Calls that a handler leaves for ever while they hold a lock: whoever comes next must look at
 * their dead stacks. They are frees that find a free object as they give a full array back to the
 * slabs, and report it on a broken pipe. */
static void abandon_calls(void)
{
    static unsigned char *volatile object[MANY_OBJECTS];
    for (int i = 0; i < MANY_OBJECTS; i++)
    {
        object[i] = allocate(64, 0);
    }
    for (volatile int i = 0; i < MANY_OBJECTS; i++)
    {
        volatile int is_double = i > MANY_OBJECTS / 2 && i % 40 == 0;
        if (is_double)
        {
            VALGRIND_DISABLE_ERROR_REPORTING;
        }
        if (sigsetjmp(way_out, 1) == 0)
        {
            free_deep_in_the_stack(object[i]);
            free_deep_in_the_stack(is_double ? object[i - 1] : NULL);
        }
        else
        {
            kfree_nolock(allocate(64, 0));
        }
        if (is_double)
        {
            VALGRIND_ENABLE_ERROR_REPORTING;
        }
    }
}

static void abandoned(void)
{
    int ends[2];
    int standard_error = dup(2);
    handle(SIGPIPE, leave);
    if (pipe(ends) != 0 || dup2(ends[1], 2) < 0 || close(ends[0]) != 0)
    {
        exit(2);
    }
    abandon_calls();
    dup2(standard_error, 2);

    struct nolockalloc_stats stats = {.version = NOLOCKALLOC_STATS_VERSION};
    nolockalloc_stats(&stats);
    unsigned long recovered = stats.bucket[3].lock_recovered;
    printf("%lu locks recovered\n", recovered);
    if (recovered == 0)
    {
        exit(2);
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "clean") == 0)
    {
        clean();
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "abandoned") == 0)
    {
        abandoned();
        return 0;
    }
    fprintf(stderr, "usage: right clean | abandoned\n");
    return 2;
}
