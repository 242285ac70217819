// SPDX-License-Identifier: MIT
//
// main() of every benchmark program. `--which` prints the file that the allocator asked lies in: a
// library that was to be preloaded may have been ignored.
#include "process.h"
#include "question.h"

#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <string>

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

} // namespace

void report(benchmark::State &state, double pairs)
{
    state.counters["pairs"] = pairs;
    state.counters["peak_bytes"] = static_cast<double>(peak_bytes());
}

void remark(benchmark::State &state, const char *what, double value)
{
    state.counters[std::string("also ") + what] = value;
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
