/* SPDX-License-Identifier: MIT */
/* Links with the installed package and uses both doors. */
#include <nolockalloc.h>

#include <stdio.h>

int main(void)
{
    uint32_t built = NOLOCKALLOC_VERSION_MAJOR << 16 | NOLOCKALLOC_VERSION_MINOR << 8 |
                     NOLOCKALLOC_VERSION_PATCH;
    void *direct = kmalloc_nolock(100, __GFP_ZERO, NUMA_NO_NODE);
    void *exported = (kmalloc_nolock)(100, __GFP_ZERO, NUMA_NO_NODE);

    if (!direct || !exported || direct == exported || nolockalloc_version() != built)
    {
        fprintf(stderr, "%p %p version %x, built with %x\n", direct, exported,
                nolockalloc_version(), built);
        return 1;
    }
    kfree_nolock(direct);
    (kfree_nolock)(exported);
    return 0;
}
