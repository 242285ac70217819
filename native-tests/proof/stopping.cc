// SPDX-License-Identifier: MIT
#include "stopping.h"

namespace proof
{
void stop_here(void *context, size_t)
{
    auto *stopping = static_cast<Stopping *>(context);
    stopping->stopped = true;
    stopping->other.begin(stopping->task);
    stopping->ended = stopping->other.wait(stopping->seconds);
}
} // namespace proof
