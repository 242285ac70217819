// SPDX-License-Identifier: MIT
#include "process_memory.h"

#include <fstream>
#include <unistd.h>

size_t bytes_of_this_process(Statm field)
{
    std::ifstream file("/proc/self/statm");
    size_t pages = 0;
    for (int i = 0; i <= int(field); i++)
        file >> pages;
    return pages * size_t(sysconf(_SC_PAGESIZE));
}
