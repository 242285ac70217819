/* SPDX-License-Identifier: MIT */
/*
 * The operating system, Linux, as the malloc library needs it besides ../os_posix.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>

#include "shim.h"

uintptr_t nla_os_map(size_t bytes)
{
    int saved = errno;
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    errno = saved;
    return at == MAP_FAILED ? 0 : (uintptr_t)at;
}

uintptr_t nla_os_remap(uintptr_t address, size_t bytes, size_t new_bytes)
{
    int saved = errno;
    void *at = mremap((void *)address, bytes, new_bytes, MREMAP_MAYMOVE);
    errno = saved;
    return at == MAP_FAILED ? 0 : (uintptr_t)at;
}

uintptr_t nla_os_no_memory(void)
{
    errno = ENOMEM;
    return 0;
}

uintptr_t nla_os_invalid(void)
{
    errno = EINVAL;
    return 0;
}
