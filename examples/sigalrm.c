/* SPDX-License-Identifier: MIT */
/*
 * Allocates and frees in a SIGALRM handler while main() does the same. With malloc this program
 * sooner or later deadlocks or corrupts the heap.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "nolockalloc.h"

enum
{
    ALARMS = 2000,
    KEPT = 64,
};

static _Atomic(char *) kept[KEPT]; /* messages of handlers; whoever swaps one out frees it */
static _Atomic unsigned alarms, failures;

static void on_alarm(int signal_number)
{
    unsigned number = atomic_fetch_add(&alarms, 1);
    char *message = kmalloc_nolock(16 + number % 240, __GFP_ZERO, NUMA_NO_NODE);

    (void)signal_number;
    if (message == NULL)
        atomic_fetch_add(&failures, 1);
    else
        memcpy(message, "an alarm", 8);
    kfree_nolock(atomic_exchange(&kept[number % KEPT], message));
}

int main(void)
{
    struct itimerval every = {{0, 500}, {0, 500}};
    unsigned long pairs = 0;

    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &every, NULL);
    for (; alarms < ALARMS && failures == 0; pairs++)
    {
        char *object = kmalloc_nolock(1 + pairs % 256, 0, NUMA_NO_NODE);
        failures += object == NULL;
        kfree_nolock(object);
        kfree_nolock(atomic_exchange(&kept[pairs % KEPT], NULL));
    }
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
    for (unsigned i = 0; i < KEPT; i++)
        kfree_nolock(kept[i]);
    printf("%u alarms allocated, main made %lu pairs, %u failures\n", alarms, pairs, failures);
    return failures != 0;
}
