/* SPDX-License-Identifier: MIT */
/* x86-64: where the kernel put the interrupted registers. */
#include <ucontext.h>

#include "stack_walk.h"

void machine_registers(const void *context, struct registers *registers)
{
    /* gregs index of each DWARF register: rax rdx rcx rbx rsi rdi rbp rsp r8..r15 rip */
    static const uint8_t greg[MACHINE_REGISTERS] = {
        REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI, REG_RBP, REG_RSP, REG_R8,
        REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
    const ucontext_t *interrupted = context;

    for (size_t i = 0; i < MACHINE_REGISTERS; i++)
        registers->value[i] = (uintptr_t)interrupted->uc_mcontext.gregs[greg[i]];
    registers->known = ((uint64_t)1 << MACHINE_REGISTERS) - 1;
    registers->pc = registers->value[MACHINE_RA];
    registers->at_signal = true;
    registers->outermost = false;
}

uintptr_t machine_return_address(uintptr_t word, bool is_signed)
{
    (void)is_signed;
    return word;
}
