/* SPDX-License-Identifier: MIT */
/*
 * errors NAME: makes the error of that name with objects of kmalloc_nolock(), which memcheck must
 * report.
 */
#include <nolockalloc.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static unsigned char *volatile kept;

static unsigned char *allocate(size_t size, gfp_t gfp_flags)
{
    return kmalloc_nolock(size, gfp_flags, NUMA_NO_NODE);
}

static void use_after_free(void)
{
    kept = allocate(100, __GFP_ZERO);
    kfree_nolock(kept);
    kept[10]++;
}

static void use_after_exported_free(void)
{
    kept = (kmalloc_nolock)(100, __GFP_ZERO, NUMA_NO_NODE);
    (kfree_nolock)(kept);
    kept[10]++;
}

static void uninitialised(void)
{
    kept = allocate(100, 0);
    puts(kept[10] == 0 ? "zero" : "not zero");
    kfree_nolock(kept);
}

/* An object is not longer than was asked for, though its bucket is. */
static void overrun(void)
{
    kept = allocate(100, 0);
    kept[100] = 1;
    kfree_nolock(kept);
}

static void overrun_of_zeroed(void)
{
    kept = allocate(100, __GFP_ZERO);
    kept[100]++;
    kfree_nolock(kept);
}

static void never_allocated(void)
{
    kept = allocate(8192, 0);
    kept[4 * 65536] = 1;
    kfree_nolock(kept);
}

/* Its address stays behind in the thread's array, which is no reason to keep it. */
static void leak(void)
{
    kept = allocate(100, 0);
    kept = NULL;
}

static void *free_twice(void *object)
{
    kfree_nolock(object);
    return NULL;
}

/* The second one by another thread, which the library itself would not see now. */
static void double_free(void)
{
    pthread_t thread;
    kept = allocate(100, 0);
    kfree_nolock(kept);
    pthread_create(&thread, NULL, free_twice, kept);
    pthread_join(thread, NULL);
}

static void free_of_no_object(void)
{
    kept = allocate(100, 0);
    kfree_nolock(kept + 32);
    kfree_nolock(kept);
}

int main(int argc, char **argv)
{
    static const struct
    {
        const char *name;
        void (*run)(void);
    } all[] = {
        {"use-after-free", use_after_free},
        {"use-after-exported-free", use_after_exported_free},
        {"uninitialised", uninitialised},
        {"overrun", overrun},
        {"overrun-of-zeroed", overrun_of_zeroed},
        {"never-allocated", never_allocated},
        {"leak", leak},
        {"double-free", double_free},
        {"free-of-no-object", free_of_no_object},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    {
        if (argc == 2 && strcmp(argv[1], all[i].name) == 0)
        {
            all[i].run();
            return 0;
        }
    }
    fprintf(stderr, "usage: errors NAME\n");
    return 2;
}
