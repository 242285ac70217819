/* SPDX-License-Identifier: MIT */
/* arm64: where the kernel put the interrupted registers, and how a function ends. */
#include <dlfcn.h>
#include <ucontext.h>

#include "stack_walk.h"

void machine_registers(const void *context, struct registers *registers)
{
    const ucontext_t *interrupted = context;

    for (size_t i = 0; i < 31; i++)
        registers->value[i] = interrupted->uc_mcontext.regs[i];
    registers->value[MACHINE_SP] = interrupted->uc_mcontext.sp;
    registers->value[32] = 0;
    registers->known = ((uint64_t)1 << 32) - 1;
    registers->pc = interrupted->uc_mcontext.pc;
    registers->at_signal = true;
    registers->outermost = false;
}

uintptr_t machine_return_address(uintptr_t word, bool is_signed)
{
    register uintptr_t lr __asm__("x30") = word;

    if (!is_signed)
        return word;
    /* xpaclri, written as the hint that older processors take for a no-op */
    __asm__("hint #7" : "+r"(lr));
    return lr;
}

bool machine_return_step(struct registers *registers, const struct stack_range *stack)
{
    struct dl_find_object module;

    (void)stack;
    if (_dl_find_object((void *)registers->pc, &module) != 0 ||
        *(const uint32_t *)registers->pc != 0xd65f03c0u) /* ret */
        return false;
    registers->pc = registers->value[MACHINE_RA];
    registers->at_signal = false;
    return true;
}

bool machine_prologue_step(struct registers *registers, const struct stack_range *stack)
{
    const uint32_t *code = (const uint32_t *)registers->pc;
    bool is_saved = code[0] == 0x910003fdu; /* mov x29, sp */
    uint32_t store = is_saved ? code[-1] : code[0];
    uintptr_t *sp = &registers->value[MACHINE_SP];

    if ((store & 0xffc07fffu) != 0xa9807bfdu) /* stp x29, x30, [sp, #-n]! */
        return false;
    if (is_saved)
    {
        if (!stack_word(stack, *sp, &registers->value[MACHINE_FP]))
            return false;
        *sp += (128 - (store >> 15 & 127)) * sizeof *sp;
    }
    registers->pc = registers->value[MACHINE_RA];
    registers->at_signal = false;
    return true;
}
