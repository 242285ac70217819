// SPDX-License-Identifier: MIT
#include "process.h"

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace
{

/* A line of /proc/self/status in bytes. What getrusage() says began with the process that started
 * this one. */
std::size_t status_bytes(const char *name)
{
    char text[4096];
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    const char *line = std::strstr(text, name);
    return line == nullptr ? 0 : 1024 * std::strtoul(line + std::strlen(name), nullptr, 10);
}

void set_address_space_limit(rlim_t bytes)
{
    rlimit limit = {};
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_AS, &limit);
}

} // namespace

std::size_t peak_bytes()
{
    return status_bytes("VmHWM:");
}

std::size_t resident_bytes()
{
    return status_bytes("VmRSS:");
}

void limit_address_space(std::size_t more_bytes)
{
    set_address_space_limit(status_bytes("VmSize:") + more_bytes);
}

void lift_address_space_limit()
{
    set_address_space_limit(RLIM_INFINITY);
}
