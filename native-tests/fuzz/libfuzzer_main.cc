// SPDX-License-Identifier: MIT
//
// The driver under libFuzzer.
#include "driver.h"

#include <cstdio>

extern "C" int LLVMFuzzerInitialize(int *, char ***)
{
    fuzz::set_options();
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    std::string complaint = fuzz::Driver(data, size).run();
    if (complaint.empty())
        return 0;
    fprintf(stderr, "fuzz: %s\n", complaint.c_str());
    __builtin_trap();
}
