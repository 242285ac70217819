// SPDX-License-Identifier: MIT
//
// main() of every benchmark program. `--which` prints the file that the allocator asked lies in: a
// library that was to be preloaded may have been ignored.
#include "question.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

namespace
{

int print_which()
{
    Dl_info info = {};
    if (dladdr(door::entry(), &info) == 0)
    {
        return 1;
    }
    std::puts(info.dli_fname);
    return 0;
}

/* Of this program alone: what getrusage() says began with the process that started it. */
double peak_bytes()
{
    char text[4096];
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    const char *line = std::strstr(text, "VmHWM:");
    return line == nullptr ? 0 : 1024 * std::strtod(line + std::strlen("VmHWM:"), nullptr);
}

} // namespace

void report(benchmark::State &state, double pairs)
{
    state.counters["pairs"] = pairs;
    state.counters["peak_bytes"] = peak_bytes();
}

int main(int argc, char **argv)
{
    if (argc == 2 && std::strcmp(argv[1], "--which") == 0)
    {
        return print_which();
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
    {
        return 2;
    }
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
