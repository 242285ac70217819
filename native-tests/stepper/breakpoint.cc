// SPDX-License-Identifier: MIT
//
// The breakpoint driver: one int3 at a time, in the place of the first byte of an instruction, and a
// step by the trap flag over each pass that is not the wanted one.
#include "stepper/level.h"
#include "stepper/machine.h"

namespace stepper
{
void poke(uintptr_t pc, uint8_t byte)
{
    *reinterpret_cast<volatile uint8_t *>(pc) = byte;
}

namespace
{

void arm(Level &level, uintptr_t pc, uint32_t hits_left)
{
    level.breakpoint = pc;
    level.hits_left = hits_left;
    level.original = *code_at(pc);
    poke(pc, machine::kInt3);
}

// From there the call goes on to the boundary that is wanted, which is a later one: where it is now,
// the instruction is about to be executed, and that is no pass through it.
void disturb(Level &level, ucontext_t *interrupted)
{
    const greg_t &pc = interrupted->uc_mcontext.gregs[REG_RIP];
    greg_t before = pc;
    call_back(level, level.before.inject, level.before.context, level.before.index, interrupted);
    level.before.inject = nullptr;
    bool is_here = pc == before && uintptr_t(pc) == level.next_breakpoint;
    arm(level, level.next_breakpoint, level.next_hits_left + is_here);
}

// How often the trace passes through the instruction of this boundary, after `from` and before it.
uint32_t passes_between(const Trace &trace, size_t from, size_t index)
{
    uint32_t passes = 0;
    for (size_t i = from + 1; i < index; i++)
        passes += trace.boundary[i].pc == trace.boundary[index].pc;
    return passes;
}
} // namespace

void on_breakpoint(Level &level, ucontext_t *interrupted)
{
    greg_t *regs = interrupted->uc_mcontext.gregs;
    poke(level.breakpoint, level.original);
    regs[REG_RIP] = greg_t(level.breakpoint);
    if (level.hits_left-- > 0)
    {
        level.stepping_over = true;
        regs[REG_EFL] |= machine::kTrapFlag;
        return;
    }
    level.breakpoint = 0;
    if (level.before.inject != nullptr)
        disturb(level, interrupted);
    else
        inject(level, level.index, interrupted);
}

void end_step_over(Level &level, ucontext_t *interrupted)
{
    level.stepping_over = false;
    interrupted->uc_mcontext.gregs[REG_EFL] &= ~machine::kTrapFlag;
    poke(level.breakpoint, machine::kInt3);
}

Outcome inject_at(const Trace &trace, size_t index, Call call, void *argument, Inject inject,
                  void *context, const Disturbance &before)
{
    if (index >= trace.count || index >= kMaxBoundaries)
    {
        call(argument);
        return {trace.count, 0};
    }
    Level wanted = {};
    wanted.index = index;
    wanted.inject = inject;
    wanted.context = context;
    wanted.before = before;
    const Boundary &first = trace.boundary[before.inject ? before.index : index];
    machine::make_writable(first.pc);
    if (before.inject != nullptr)
    {
        wanted.next_breakpoint = trace.boundary[index].pc;
        wanted.next_hits_left = passes_between(trace, before.index, index);
        machine::make_writable(wanted.next_breakpoint);
    }
    Level &level = push(wanted);
    arm(level, first.pc, first.occurrence);
    call(argument);
    if (level.breakpoint != 0)
        poke(level.breakpoint, level.original);
    pop(level);
    return {index, level.injections};
}
} // namespace stepper
