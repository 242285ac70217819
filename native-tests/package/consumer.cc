// SPDX-License-Identifier: MIT
// The header in C++17, and a link with the installed package.
#include <nolockalloc.h>

#include <cstring>

int main()
{
    char *object = static_cast<char *>(kmalloc_nolock(6, __GFP_ZERO, NUMA_NO_NODE));
    if (object == nullptr)
    {
        return 1;
    }
    std::memcpy(object, "hello", 6);
    kfree_nolock(object);
    return 0;
}
