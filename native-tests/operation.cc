// SPDX-License-Identifier: MIT
#include "operation.h"

#include "counters.h"

#include <cstdlib>
#include <fcntl.h>

static const int g_null = open("/dev/null", O_WRONLY | O_CLOEXEC);

void perform(const Door &door, Request &request)
{
    switch (request.operation)
    {
    case Operation::Allocate:
        request.object = door.allocate(request.size, request.gfp_flags, request.node);
        return;
    case Operation::Free:
        if (request.object != nullptr)
            door.free(request.object);
        return;
    case Operation::Trim:
        nolockalloc_trim();
        return;
    case Operation::Drain:
        nolockalloc_drain();
        return;
    case Operation::Stats:
        counters();
        return;
    case Operation::Slabinfo:
        nolockalloc_slabinfo(g_null);
        return;
    case Operation::Own:
        abort();
    }
}
