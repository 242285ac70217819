// SPDX-License-Identifier: MIT
#include "abandoned_call.h"

#include <csetjmp>

static sigjmp_buf g_before;

[[gnu::noinline]] void abandon_deep_in_the_stack(Interruption &interruption, size_t index)
{
    [[maybe_unused]] volatile char deep[16384];
    deep[0] = 0;
    auto leave = [](void *, size_t) { siglongjmp(g_before, 1); };
    if (sigsetjmp(g_before, 1) == 0)
        interruption.step(index, leave, nullptr);
    stepper::forget();
}

[[gnu::noinline]] void use_the_stack_below()
{
    volatile char below[65536];
    for (volatile char &byte : below)
        byte = 0x55;
}
