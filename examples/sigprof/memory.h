/* SPDX-License-Identifier: MIT */
/* Memory of the report: never freed, since the process ends. */
#ifndef SIGPROF_MEMORY_H
#define SIGPROF_MEMORY_H

#include <stdio.h>
#include <stdlib.h>

static inline void *zeroed(size_t count, size_t size)
{
    void *memory = calloc(count == 0 ? 1 : count, size);

    if (memory == NULL)
    {
        fputs("nolockprof: out of memory while writing the report\n", stderr);
        abort();
    }
    return memory;
}

#endif /* SIGPROF_MEMORY_H */
