// SPDX-License-Identifier: MIT
//
// As much of the instruction set as compiled code of the library needs: how long an instruction is, and where the
// thread goes on after it (Intel's Software Developer's Manual, volume 2, chapter 2 and appendix A).
#ifndef NOLOCKALLOC_TESTS_INSTRUCTION_H
#define NOLOCKALLOC_TESTS_INSTRUCTION_H

#include <cstddef>
#include <cstdint>
#include <ucontext.h>

namespace stepper::machine
{
// 0: not known.
size_t length_of(const uint8_t *code);

// The pc after the instruction at the pc of these registers, which is about to be executed. 0: not known.
uintptr_t next_pc(const greg_t *regs);

// Does what that instruction does, which is a return, a jump or a call to there.
void go_to(greg_t *regs, uintptr_t next);
} // namespace stepper::machine

#endif
