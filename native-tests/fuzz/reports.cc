// SPDX-License-Identifier: MIT
//
// The program's own write(): the library's import is bound to it.
#include "reports.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <sys/syscall.h>
#include <unistd.h>

static std::atomic<uint64_t> g_lines;

uint64_t fuzz::lines_reported()
{
    return g_lines;
}

extern "C" __attribute__((visibility("default"))) ssize_t write(int fd, const void *text,
                                                                size_t bytes)
{
    static const char beginning[] = "nolockalloc: ";
    constexpr size_t kLength = sizeof beginning - 1;
    if (fd == STDERR_FILENO && bytes > kLength && memcmp(text, beginning, kLength) == 0)
    {
        g_lines++;
        static const bool show = getenv("NLA_FUZZ_SHOW") != nullptr;
        if (!show)
            return ssize_t(bytes);
    }
    return syscall(SYS_write, fd, text, bytes);
}
