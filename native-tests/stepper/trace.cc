// SPDX-License-Identifier: MIT
//
// Traces: where they lie, and which pass through its instruction each boundary is.
#include "stepper/stepper.h"

#include <cstdlib>
#include <sys/mman.h>

namespace stepper
{
// Linear in the trace. The table is touched only where the traced code lies: neighbours in the code
// are neighbours in it.
void number_occurrences(Trace &trace)
{
    struct Seen
    {
        uintptr_t pc;
        uint32_t times;
    };
    constexpr size_t kPlaces = 2 * kMaxBoundaries;
    size_t noted = trace.count < kMaxBoundaries ? trace.count : kMaxBoundaries;
    void *memory = mmap(nullptr, kPlaces * sizeof(Seen), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        abort();
    auto *seen = static_cast<Seen *>(memory);
    for (size_t i = 0; i < noted; i++)
    {
        Boundary &boundary = trace.boundary[i];
        size_t at = boundary.pc % kPlaces;
        while (seen[at].pc != 0 && seen[at].pc != boundary.pc)
            at = (at + 1) % kPlaces;
        seen[at].pc = boundary.pc;
        boundary.occurrence = seen[at].times++;
    }
    munmap(memory, kPlaces * sizeof(Seen));
}

Trace *map_trace()
{
    void *memory = mmap(nullptr, sizeof(Trace), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        abort();
    return static_cast<Trace *>(memory);
}

void unmap_trace(Trace *trace)
{
    munmap(trace, sizeof *trace);
}
} // namespace stepper
