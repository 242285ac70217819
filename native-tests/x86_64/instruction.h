// SPDX-License-Identifier: MIT
//
// As much of the instruction set as compiled code of the library needs: how long an instruction is, what it is as far as
// anybody asks, and where the thread goes on after it (Intel's Software Developer's Manual, volume 2, chapter 2 and appendix A).
#ifndef NOLOCKALLOC_TESTS_INSTRUCTION_H
#define NOLOCKALLOC_TESTS_INSTRUCTION_H

#include <cstddef>
#include <cstdint>
#include <ucontext.h>

namespace stepper::machine
{
// 0: not known.
size_t length_of(const uint8_t *code);

// What one instruction is, as far as the fast path test wants to know.
struct Instruction
{
    bool lock_prefix;
    bool exchange_with_memory; // locked without a prefix
    bool call;
};
Instruction decode(const uint8_t *code);

bool is_locked_compare_exchange(const uint8_t *code);

// rep movs, stos and so on: the trap flag stops there once per element.
bool is_string_instruction(const uint8_t *code);

// The pc after the instruction at the pc of these registers, which is about to be executed. 0: not known.
uintptr_t next_pc(const greg_t *regs);

// Does what that instruction does, which is a return, a jump or a call to there.
void go_to(greg_t *regs, uintptr_t next);
} // namespace stepper::machine

#endif
