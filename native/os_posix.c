/* SPDX-License-Identifier: MIT */
/*
 * The operating system, Linux: each function is one or two system calls.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/mempolicy.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "shim.h"

enum
{
    KERNEL_SIGSET_BYTES = 8,
    BITS_PER_LONG = 8 * sizeof(long),
    /* The kernel's largest MAX_NUMNODES: get_mempolicy() refuses a mask that is shorter than its own. */
    NODE_LONGS = 1024 / BITS_PER_LONG
};

extern char **environ;

uintptr_t nla_os_reserve(size_t bytes, size_t alignment)
{
    int saved = errno;
    size_t room = bytes + alignment;
    void *at = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                    -1, 0);
    errno = saved;
    if (at == MAP_FAILED)
    {
        return 0;
    }
    uintptr_t start = (uintptr_t)at;
    uintptr_t aligned = (start + alignment - 1) & ~(uintptr_t)(alignment - 1);
    if (aligned != start)
    {
        nla_os_release(start, aligned - start);
    }
    if (aligned + bytes != start + room)
    {
        nla_os_release(aligned + bytes, start + room - (aligned + bytes));
    }
    return aligned;
}

void nla_os_release(uintptr_t address, size_t bytes)
{
    int saved = errno;
    munmap((void *)address, bytes);
    errno = saved;
}

int nla_os_purge(uintptr_t address, size_t bytes)
{
    int saved = errno;
    int result = madvise((void *)address, bytes, MADV_DONTNEED);
    errno = saved;
    return result;
}

int nla_os_wipe_on_fork(uintptr_t address, size_t bytes)
{
    int saved = errno;
    int result = madvise((void *)address, bytes, MADV_WIPEONFORK);
    errno = saved;
    return result;
}

uint32_t nla_os_process_number(void)
{
    return (uint32_t)getpid();
}

int nla_os_write(int fd, const void *text, size_t bytes)
{
    int saved = errno;
    int result = 0;
    const char *next = text;
    while (bytes != 0 && result == 0)
    {
        ssize_t written = write(fd, next, bytes);
        if (written >= 0)
        {
            next += written;
            bytes -= (size_t)written;
        }
        else if (errno != EINTR)
        {
            result = -errno;
        }
    }
    errno = saved;
    return result;
}

_Noreturn void nla_os_abort(void)
{
    abort();
}

uint32_t nla_os_thread_number(void)
{
    return (uint32_t)syscall(SYS_gettid);
}

int nla_os_thread_is_gone(uint32_t number)
{
    int saved = errno;
    long result = syscall(SYS_tgkill, getpid(), number, 0);
    int gone = result != 0 && errno == ESRCH;
    errno = saved;
    return gone;
}

/* Of one node only, whatever its number, nothing has to be known. */
uint32_t nla_os_nodes(void)
{
    int saved = errno;
    unsigned long mask[NODE_LONGS] = {0};
    long result = syscall(SYS_get_mempolicy, NULL, mask, (unsigned long)NODE_LONGS * BITS_PER_LONG, NULL,
                          (unsigned long)MPOL_F_MEMS_ALLOWED);
    errno = saved;
    uint32_t nodes = 0;
    uint32_t high = 0;
    for (uint32_t node = 0; result == 0 && node < NODE_LONGS * BITS_PER_LONG; node++)
    {
        if ((mask[node / BITS_PER_LONG] >> node % BITS_PER_LONG & 1) != 0)
        {
            nodes++;
            high = node;
        }
    }
    return nodes > 1 ? high + 1 : 1;
}

uint32_t nla_os_processor(uint32_t *node)
{
    int saved = errno;
    unsigned processor = 0;
    *node = 0;
    syscall(SYS_getcpu, &processor, node, NULL);
    errno = saved;
    return processor;
}

/* Of the nodes' mask the kernel reads one bit less than it is told. */
int nla_os_prefer_node(uintptr_t address, size_t bytes, uint32_t node)
{
    int saved = errno;
    unsigned long mask = 1ul << node % BITS_PER_LONG;
    long result = syscall(SYS_mbind, address, bytes, (unsigned long)MPOL_PREFERRED, &mask,
                          (unsigned long)BITS_PER_LONG + 1, 0ul);
    errno = saved;
    return result == 0 ? 0 : -1;
}

void nla_os_yield(void)
{
    int saved = errno;
    syscall(SYS_sched_yield);
    errno = saved;
}

void nla_os_construct(void (*constructor)(void *), void *object)
{
    constructor(object);
}

/* rt_sigprocmask copies the new mask before it looks at `how`, and this `how` is none: it changes nothing and
 * tells EFAULT from EINVAL. */
int nla_os_peek(uintptr_t address, uint64_t *word)
{
    int saved = errno;
    long result = syscall(SYS_rt_sigprocmask, -1, address, NULL, KERNEL_SIGSET_BYTES);
    int is_there = result != 0 && errno == EINVAL;
    int is_absent = result != 0 && errno == EFAULT;
    errno = saved;
    if (!is_there)
    {
        return is_absent ? 0 : -1;
    }
    memcpy(word, (const void *)address, sizeof *word);
    return 1;
}

/* The system call, not libc's function, which may have to read the vDSO's tables first. */
uint64_t nla_os_milliseconds(void)
{
    struct timespec now = {0, 0};
    int saved = errno;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC_COARSE, &now);
    errno = saved;
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

const char *nla_os_options(void)
{
    static const char name[] = "NOLOCKALLOC_OPTIONS=";
    int saved = errno;
    int is_set_uid = getauxval(AT_SECURE) != 0;
    errno = saved;
    if (is_set_uid || environ == NULL)
    {
        return NULL;
    }
    for (char **entry = environ; *entry != NULL; entry++)
    {
        if (strncmp(*entry, name, sizeof name - 1) == 0)
        {
            return *entry + sizeof name - 1;
        }
    }
    return NULL;
}
