// SPDX-License-Identifier: MIT
#include "refusals.h"

#include "stepper/stepper.h"

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <dlfcn.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace
{
std::atomic<bool> g_counts;
std::atomic<size_t> g_calls, g_refused, g_mapping_limit;
refusals::Form g_form;
const char *g_last = "none";

// Whether this call is to fail. caller: where it comes from.
bool refuses(const char *name, const void *caller)
{
    if (!g_counts || !stepper::in_library(uintptr_t(caller)))
        return false;
    size_t number = g_calls++;
    bool is_refused =
        number == g_refused || (number > g_refused && g_form == refusals::Form::FromThenOn);
    if (is_refused)
        g_last = name;
    return is_refused;
}

long raw(long number, long a, long b, long c, long d = 0, long e = 0, long f = 0)
{
    long result;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
}

long with_errno(long result)
{
    if (result >= 0 || result < -4095)
        return result;
    errno = int(-result);
    return -1;
}
} // namespace

void refusals::begin(size_t k, Form form)
{
    g_refused = k;
    g_form = form;
    g_calls = 0;
    g_counts = true;
}

size_t refusals::end()
{
    g_counts = false;
    return g_calls;
}

const char *refusals::last_refused()
{
    return g_last;
}

void refusals::limit_mapping(size_t bytes)
{
    g_mapping_limit = bytes;
}

extern "C"
{
    void *mmap(void *at, size_t bytes, int protection, int flags, int fd, off_t offset) noexcept
    {
        const void *caller = __builtin_return_address(0);
        bool is_too_much = g_mapping_limit != 0 && bytes > g_mapping_limit &&
                           stepper::in_library(uintptr_t(caller));
        long result = is_too_much || refuses("mmap", caller)
                          ? -ENOMEM
                          : raw(SYS_mmap, long(at), long(bytes), protection, flags, fd, offset);
        return reinterpret_cast<void *>(with_errno(result));
    }

    int munmap(void *at, size_t bytes) noexcept
    {
        bool refused = refuses("munmap", __builtin_return_address(0));
        return int(with_errno(refused ? -ENOMEM : raw(SYS_munmap, long(at), long(bytes), 0)));
    }

    int madvise(void *at, size_t bytes, int advice) noexcept
    {
        bool refused = refuses("madvise", __builtin_return_address(0));
        return int(with_errno(refused ? -EINVAL : raw(SYS_madvise, long(at), long(bytes), advice)));
    }

    ssize_t write(int fd, const void *bytes, size_t count)
    {
        bool refused = refuses("write", __builtin_return_address(0));
        return with_errno(refused ? -EIO : raw(SYS_write, fd, long(bytes), long(count)));
    }

    int pthread_setspecific(pthread_key_t key, const void *value) noexcept
    {
        using Function = int (*)(pthread_key_t, const void *);
        static auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "pthread_setspecific"));
        return refuses("pthread_setspecific", __builtin_return_address(0)) ? ENOMEM
                                                                           : real(key, value);
    }

    long syscall(long number, ...) noexcept
    {
        const void *caller = __builtin_return_address(0);
        va_list list;
        va_start(list, number);
        long a[6];
        for (long &argument : a)
            argument = va_arg(list, long);
        va_end(list);
        bool refused = number != SYS_gettid && refuses("syscall", caller);
        return with_errno(refused ? -EPERM : raw(number, a[0], a[1], a[2], a[3], a[4], a[5]));
    }
}
