// SPDX-License-Identifier: MIT
//
// The handler of SIGTRAP and the trap flag driver. REENTRY: the handler runs with nothing blocked; a
// callback that steps again pushes a level of its own, and this level sleeps until it returns.
#include "stepper/stepper.h"

#include "stepper/level.h"
#include "stepper/machine.h"
#include "x86_64/instruction.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <unistd.h>

namespace stepper
{
namespace
{
constexpr size_t kMostLevels = 8;

// Not on the stack: a call may be abandoned, or leave by pthread_exit, and is stepped still.
thread_local Level levels[kMostLevels];
thread_local size_t active; // levels[active - 1] is the innermost
bool g_on_alternate_stack;

void note(Level &level, uintptr_t pc, uintptr_t sp)
{
    Trace *trace = level.trace;
    if (trace == nullptr)
        return;
    uint32_t depth = uint32_t(level.entry_sp - sp);
    if (depth > trace->deepest)
        trace->deepest = depth;
    if (level.seen < kMaxBoundaries)
        trace->boundary[level.seen] = {pc, 0, depth};
    trace->count = level.seen + 1;
}

void on_trap(int, siginfo_t *info, void *context)
{
    int saved_errno = errno;
    auto *interrupted = static_cast<ucontext_t *>(context);
    greg_t *regs = interrupted->uc_mcontext.gregs;
    Level *level = innermost();
    if (info->si_code == SI_KERNEL && has_returned(interrupted))
        regs[REG_EFL] &= ~machine::kTrapFlag;
    else if (level == nullptr)
    {
        if (info->si_code == SI_KERNEL)
            abort(); // somebody else met the breakpoint
        regs[REG_EFL] &= ~machine::kTrapFlag;
    }
    else if (info->si_code == SI_KERNEL && has_walked_to(*level, interrupted))
        walk_on(*level, interrupted);
    else if (info->si_code == SI_KERNEL)
        on_breakpoint(*level, interrupted);
    else if (level->stepping_over)
        end_step_over(*level, interrupted);
    else
        on_single_step(*level, interrupted);
    errno = saved_errno;
}

void install_handler()
{
    handle(SIGTRAP, on_trap);
}

} // namespace

// One boundary. Returns whether to go on stepping.
bool pass_boundary(Level &level, ucontext_t *interrupted)
{
    auto pc = uintptr_t(interrupted->uc_mcontext.gregs[REG_RIP]);
    if (level.has_no_end && has_left(level, interrupted))
        return false;
    bool again = pc == level.last_pc && machine::is_string_instruction(code_at(pc));
    level.last_pc = pc;
    if (again || (level.where == Where::Library && !in_library(pc)))
        return true;
    note(level, pc, uintptr_t(interrupted->uc_mcontext.gregs[REG_RSP]));
    size_t now = level.seen++;
    if (now == level.before.index)
        call_back(level, level.before.inject, level.before.context, now, interrupted);
    bool is_everywhere = level.index == kAlways;
    if (is_everywhere ? !is_first_pass(pc) : now != level.index)
        return true;
    inject(level, now, interrupted);
    return is_everywhere;
}

void on_single_step(Level &level, ucontext_t *interrupted)
{
    greg_t *regs = interrupted->uc_mcontext.gregs;
    for (;;)
    {
        uintptr_t pc = uintptr_t(regs[REG_RIP]);
        if (machine::is_thunk(pc) || !pass_boundary(level, interrupted))
        {
            regs[REG_EFL] &= ~machine::kTrapFlag;
            return;
        }
        // The processor does not trap after `syscall`: do the call here, and step on from there.
        if (!machine::is_syscall(code_at(pc)) || !machine::perform_syscall(interrupted))
            return;
    }
}

void handle(int signal_number, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_NODEFER | (g_on_alternate_stack ? SA_ONSTACK : 0);
    sigaction(signal_number, &action, nullptr);
}

Level *innermost()
{
    return active > 0 ? &levels[active - 1] : nullptr;
}

Level &push(const Level &wanted)
{
    install_handler();
    if (active == kMostLevels)
        abort();
    levels[active] = wanted;
    return levels[active++];
}

void pop(const Level &level)
{
    active = size_t(&level - levels);
}

void call_back(Level &level, Inject inject, void *context, size_t index, ucontext_t *interrupted)
{
    level.interrupted = interrupted;
    inject(context, index);
    active = size_t(&level - levels) + 1;
}

void inject(Level &level, size_t index, ucontext_t *interrupted)
{
    level.injections++;
    if (level.where == Where::Library)
        record(interrupted->uc_mcontext.gregs[REG_RIP]);
    call_back(level, level.inject, level.context, index, interrupted);
}

void use_alternate_stack(bool use)
{
    g_on_alternate_stack = use;
}

ucontext_t &interrupted()
{
    return *levels[active - 1].interrupted;
}

void forget()
{
    active = 0;
}

Outcome run_stepped(const Level &wanted, Call call, void *argument)
{
    Level &level = push(wanted);
    level.entry_sp = uintptr_t(__builtin_frame_address(0));
    machine::nla_step_thunk(call, argument);
    pop(level);
    return {level.seen, level.injections};
}

Outcome inject_at(size_t index, Call call, void *argument, Inject inject, void *context,
                  Where where)
{
    Level wanted = {};
    wanted.where = where;
    wanted.index = index;
    wanted.inject = inject;
    wanted.context = context;
    return run_stepped(wanted, call, argument);
}
} // namespace stepper
