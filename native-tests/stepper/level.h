// SPDX-License-Identifier: MIT
//
// One call that is being stepped, as its drivers see it: by the trap flag (stepper.cc), by breakpoints
// (breakpoint.cc).
#ifndef NOLOCKALLOC_TESTS_STEPPER_LEVEL_H
#define NOLOCKALLOC_TESTS_STEPPER_LEVEL_H

#include "stepper/stepper.h"

#include <csignal>

namespace stepper
{
constexpr size_t kNever = SIZE_MAX;
constexpr size_t kAlways = SIZE_MAX - 1; // at the first pass through each instruction

struct Level
{
    Where where;
    Trace *trace; // or nullptr
    size_t index; // where to inject; kNever in a trace, kAlways everywhere
    Inject inject;
    void *context;
    Disturbance before;
    ucontext_t *interrupted; // during the callback
    uintptr_t entry_sp;
    uintptr_t last_pc;
    size_t seen;
    size_t injections;
    uintptr_t breakpoint; // 0 in the trap flag driver
    uint32_t hits_left;
    uintptr_t next_breakpoint; // after the disturbance
    uint32_t next_hits_left;
    uint8_t original;
    bool stepping_over;
    bool walks;
    bool has_no_end; // of begin_everywhere(): it is no one call
};

// The innermost level of this thread, until it is popped.
Level &push(const Level &wanted);
void pop(const Level &level);

void call_back(Level &level, Inject inject, void *context, size_t index, ucontext_t *interrupted);
void inject(Level &level, size_t index, ucontext_t *interrupted);

// Where a call is interrupted, for the proof's report (record.cc).
void record(uintptr_t pc);

Level *innermost(); // of this thread, or nullptr
void handle(int signal_number, void (*handler)(int, siginfo_t *, void *));
bool pass_boundary(Level &level, ucontext_t *interrupted);
Outcome run_stepped(const Level &wanted, Call call, void *argument);
void poke(uintptr_t pc, uint8_t byte);

// Of the walking driver: the thread is before an instruction of the library, or at the breakpoint, which is gone then.
void walk_on(Level &level, ucontext_t *interrupted);
bool has_walked_to(Level &level, ucontext_t *interrupted);
Outcome run_walked(const Level &wanted, Call call, void *argument);
void note_faults(); // SIGSEGV, where the library's code is not executable

// Of the trap flag driver: the thread is before an instruction, and does not go on with the trap flag after the last.
void on_single_step(Level &level, ucontext_t *interrupted);

// Of begin_everywhere(): whether the code that was entered from outside has returned there. It has no trap flag then.
bool has_left(Level &level, const ucontext_t *interrupted);

// Of kAlways: whether the call has not passed this instruction before. At each pass through a loop that tries again
// when a handler was quicker a handler would be quicker for ever.
void begin_passes();
bool is_first_pass(uintptr_t pc);

// Of begin_everywhere(): whether this is the breakpoint where a call that was not stepped returns to. It is gone then.
bool has_returned(ucontext_t *interrupted);

// Of the breakpoint driver, for the handler of SIGTRAP.
void on_breakpoint(Level &level, ucontext_t *interrupted);
void end_step_over(Level &level, ucontext_t *interrupted);
} // namespace stepper

#endif
