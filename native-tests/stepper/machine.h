// SPDX-License-Identifier: MIT
//
// What the stepper must know of x86-64 and Linux: the thunk that sets the trap flag, the few
// instructions that want care, system calls made on behalf of the interrupted code.
#ifndef NOLOCKALLOC_TESTS_STEPPER_MACHINE_H
#define NOLOCKALLOC_TESTS_STEPPER_MACHINE_H

#include <cstdint>
#include <ucontext.h>

namespace stepper::machine
{
constexpr greg_t kTrapFlag = 0x100;
constexpr uint8_t kInt3 = 0xcc;

// Calls function(argument) with the trap flag set. The flags are pushed out of line, so that no
// compiler keeps data below the stack pointer meanwhile.
extern "C" void nla_step_thunk(void (*function)(void *), void *argument);

bool is_thunk(uintptr_t pc);

inline bool is_syscall(const uint8_t *code)
{
    return code[0] == 0x0f && code[1] == 0x05;
}

// Performs the system call at the pc of the context and moves the pc behind it. Returns false for
// those that cannot be made on behalf of another frame (fork, exec, exit, sigreturn).
bool perform_syscall(ucontext_t *interrupted);

void make_writable(uintptr_t pc);
void make_executable(bool executable); // all code of the library, which is writable, too

// Some function of the library that is stepped unless watch_code_of() says otherwise. Each library's tests
// define it: target.cc.
const void *function_under_test();
} // namespace stepper::machine

#endif
