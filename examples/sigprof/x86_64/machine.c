/* SPDX-License-Identifier: MIT */
/* x86-64: where the kernel put the interrupted registers, and how a function begins and ends. */
#include <dlfcn.h>
#include <string.h>
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

bool machine_return_step(struct registers *registers, const struct stack_range *stack)
{
    /* DWARF's number of each register in the order of the instruction set */
    static const uint8_t number[16] = {0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};
    struct registers caller = *registers;
    struct dl_find_object module;
    const uint8_t *code = (const uint8_t *)registers->pc;

    if (_dl_find_object((void *)registers->pc, &module) != 0)
        return false;
    for (; code + 2 < (const uint8_t *)module.dlfo_map_end; code++)
    {
        uint8_t prefix = *code == 0x41 ? 8 : 0; /* the upper eight registers */
        uintptr_t *to = &caller.value[MACHINE_SP];
        uintptr_t word;

        code += prefix != 0;
        if (!stack_word(stack, *to, &word))
            return false;
        *to += sizeof word;
        if (*code == 0xc3 && prefix == 0) /* ret */
        {
            caller.pc = word;
            caller.at_signal = false;
            *registers = caller;
            return true;
        }
        if (*code < 0x58 || *code > 0x5f || *code == 0x5c) /* pop, but not of rsp */
            return false;
        caller.value[number[prefix + (*code & 7)]] = word;
    }
    return false;
}

bool machine_prologue_step(struct registers *registers, const struct stack_range *stack)
{
    static const uint8_t push_rbp[] = {0x55};
    static const uint8_t mov_rsp_rbp[2][3] = {{0x48, 0x89, 0xe5}, {0x48, 0x8b, 0xec}};
    const void *code = (const void *)registers->pc;
    uintptr_t *sp = &registers->value[MACHINE_SP];
    bool is_saved = memcmp(code, mov_rsp_rbp[0], sizeof mov_rsp_rbp[0]) == 0 ||
                    memcmp(code, mov_rsp_rbp[1], sizeof mov_rsp_rbp[1]) == 0;
    uintptr_t saved;
    uintptr_t pc;

    if (!is_saved && memcmp(code, push_rbp, sizeof push_rbp) != 0)
        return false;
    if (is_saved && !stack_word(stack, *sp, &saved))
        return false;
    if (!stack_word(stack, *sp + (is_saved ? sizeof saved : 0), &pc))
        return false;
    if (is_saved)
        registers->value[MACHINE_FP] = saved;
    *sp += is_saved ? 2 * sizeof pc : sizeof pc;
    registers->pc = pc;
    registers->at_signal = false;
    return true;
}
