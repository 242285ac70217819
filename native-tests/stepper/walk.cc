// SPDX-License-Identifier: MIT
//
// The walking driver: every boundary of a call, by one int3 that moves from each instruction to the next. Outside of the
// library the thread runs at full speed, while the library's code is not executable: SIGSEGV tells where it is entered, or
// returned to. Ten times as fast as the trap flag, where a virtual machine has to look at the debug registers.
#include "stepper/stepper.h"
#include "stepper/level.h"
#include "stepper/machine.h"
#include "x86_64/instruction.h"

#include <cstdlib>

namespace stepper
{
// Inside: executable, and one breakpoint. Outside: not executable, so the instruction that leaves is done here.
void walk_on(Level &level, ucontext_t *interrupted)
{
    greg_t *regs = interrupted->uc_mcontext.gregs;
    greg_t here = regs[REG_RIP];
    pass_boundary(level, interrupted);
    bool was_moved = regs[REG_RIP] != here; // by a disturbance
    uintptr_t next = was_moved ? uintptr_t(regs[REG_RIP]) : machine::next_pc(regs);
    if (next == 0)
        abort(); // an instruction that instruction.cc does not know
    if (!in_library(next))
    {
        machine::go_to(regs, next);
        return machine::make_executable(false);
    }
    level.breakpoint = next;
    level.original = *code_at(next);
    poke(next, machine::kInt3);
}

bool has_walked_to(Level &level, ucontext_t *interrupted)
{
    greg_t &pc = interrupted->uc_mcontext.gregs[REG_RIP];
    if (!level.walks || level.breakpoint == 0 || uintptr_t(pc) != level.breakpoint + 1)
        return false;
    poke(level.breakpoint, level.original);
    pc = greg_t(level.breakpoint);
    level.breakpoint = 0;
    return true;
}

Outcome run_walked(const Level &wanted, Call call, void *argument)
{
    Level &level = push(wanted);
    level.walks = true;
    level.entry_sp = uintptr_t(__builtin_frame_address(0));
    note_faults();
    machine::make_executable(false);
    call(argument);
    machine::make_executable(true);
    Outcome outcome = {level.seen, level.injections};
    pop(level);
    return outcome;
}

void trace(Call call, void *argument, Trace &into, Where where, const Disturbance &before)
{
    into.count = 0;
    into.deepest = 0;
    Level wanted = {};
    wanted.where = where;
    wanted.trace = &into;
    wanted.index = kNever;
    wanted.before = before;
    // Not in the program's own code, of which we are.
    bool can_walk = where == Where::Library && !in_library(uintptr_t(&run_walked));
    if (can_walk)
        run_walked(wanted, call, argument);
    else
        run_stepped(wanted, call, argument);
    number_occurrences(into);
}

Outcome inject_everywhere(Call call, void *argument, Inject inject, void *context)
{
    Level wanted = {};
    wanted.where = Where::Library;
    wanted.index = kAlways;
    wanted.inject = inject;
    wanted.context = context;
    begin_passes();
    return run_walked(wanted, call, argument);
}
} // namespace stepper
