/* SPDX-License-Identifier: MIT */
/*
 * Every thread gets a timer on its own clock that signals itself, and notes the bounds of its stack
 * while that may still be asked: pthread_getattr_np() is nothing for a handler. Threads are caught
 * by standing in for pthread_create(); those of C11's thrd_create() and of clone() are not.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "prof.h"

/* The kernel's field, under a name that older headers of the C library do not have. */
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* initial-exec: the first touch of a dynamic TLS variable calls malloc, and a handler touches
 * these. */
#define THREAD_LOCAL static _Thread_local __attribute__((tls_model("initial-exec")))

THREAD_LOCAL struct stack_range stack;
THREAD_LOCAL timer_t timer;
THREAD_LOCAL bool has_timer;

struct start
{
    void *(*routine)(void *);
    void *argument;
};

struct stack_range thread_stack(void)
{
    return stack;
}

static void find_stack(void)
{
    pthread_attr_t attributes;
    void *low;
    size_t size;

    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return;
    if (pthread_attr_getstack(&attributes, &low, &size) == 0)
        stack = (struct stack_range){(uintptr_t)low, (uintptr_t)low + size};
    pthread_attr_destroy(&attributes);
}

static bool start_thread_timer(void)
{
    clockid_t clock = prof.clock == PROF_CLOCK_WALL ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID;
    struct timespec period = {prof.hz == 1, prof.hz == 1 ? 0 : 1000000000 / prof.hz};
    struct itimerspec times = {period, period};
    struct sigevent event;

    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = SIGPROF;
    event.sigev_notify_thread_id = gettid();
    has_timer = timer_create(clock, &event, &timer) == 0;
    return has_timer && timer_settime(timer, 0, &times, NULL) == 0;
}

static void set_process_timer(unsigned hz)
{
    struct timeval period = {hz == 1, hz <= 1 ? 0 : 1000000 / hz};
    struct itimerval times = {period, period};

    setitimer(ITIMER_PROF, &times, NULL);
}

void thread_begin(void)
{
    int saved_errno = errno;

    find_stack();
    if (prof.clock == PROF_CLOCK_PROCESS || start_thread_timer())
        count_one(&prof.threads);
    else if (prof.threads == 0) /* the first thread: there are no such timers here */
    {
        prof.clock = PROF_CLOCK_PROCESS;
        count_one(&prof.threads);
        set_process_timer(prof.hz);
    }
    else
        count_one(&prof.threads_unsampled);
    errno = saved_errno;
}

void thread_end(void)
{
    if (has_timer)
        timer_delete(timer);
    has_timer = false;
}

void thread_before_exec(void)
{
    if (prof.clock == PROF_CLOCK_PROCESS && prof.pid == getpid())
        set_process_timer(0);
}

static void end_on_exit(void *unused)
{
    (void)unused;
    thread_end();
}

/* The first function of every thread that the program makes. */
static void *thread_main(void *argument)
{
    struct start start = *(struct start *)argument;
    void *result;

    kfree_nolock(argument);
    thread_begin();
    pthread_cleanup_push(end_on_exit, NULL);
    result = start.routine(start.argument);
    pthread_cleanup_pop(1);
    return result;
}

__attribute__((visibility("default"))) int pthread_create(pthread_t *thread,
                                                          const pthread_attr_t *attributes,
                                                          void *(*routine)(void *), void *argument)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    struct start *start = NULL;
    int result;

    *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    if (prof.running)
        start = kmalloc_nolock(sizeof *start, 0, NUMA_NO_NODE);
    if (start == NULL)
        return real(thread, attributes, routine, argument);
    *start = (struct start){routine, argument};
    result = real(thread, attributes, thread_main, start);
    if (result != 0)
        kfree_nolock(start);
    return result;
}
