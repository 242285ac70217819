// SPDX-License-Identifier: MIT
//
// arm64 has no flag by which a process steps itself, so nothing is stepped. Tests that step are left out by
// their names (tests.cmake); one that runs all the same ends here and says so.
#include "stepper/stepper.h"

#include <cstdio>
#include <cstdlib>

namespace
{
[[noreturn]] void refuse()
{
    fputs("no stepper for this machine: the test belongs into aarch64/tests.cmake\n", stderr);
    abort();
}
} // namespace

namespace stepper
{
Trace *map_trace()
{
    return nullptr;
}

void unmap_trace(Trace *)
{
}

bool in_library(uintptr_t)
{
    refuse();
}

uintptr_t library_base()
{
    refuse();
}

void use_alternate_stack(bool)
{
    refuse();
}

void trace(Call, void *, Trace &, Where, const Disturbance &)
{
    refuse();
}

void number_occurrences(Trace &)
{
    refuse();
}

Outcome inject_at(size_t, Call, void *, Inject, void *, Where)
{
    refuse();
}

Outcome inject_at(const Trace &, size_t, Call, void *, Inject, void *, const Disturbance &)
{
    refuse();
}

Outcome inject_everywhere(Call, void *, Inject, void *)
{
    refuse();
}

void begin_everywhere(Inject, void *)
{
    refuse();
}

void end_everywhere()
{
    refuse();
}

ucontext_t &interrupted()
{
    refuse();
}

void forget()
{
    refuse();
}
} // namespace stepper
