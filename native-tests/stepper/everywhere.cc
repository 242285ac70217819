// SPDX-License-Identifier: MIT
//
// Every boundary, for code that is no one call: stepped by the trap flag from where the library is entered to where
// it is left. The calls that come from one place are stepped until they have taken so many steps together, and then
// one in so many calls: the others run at full speed to a breakpoint where they return to. After so many calls of all
// places no more are.
#include "stepper/stepper.h"
#include "stepper/level.h"
#include "stepper/machine.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sys/mman.h>

namespace stepper
{
namespace
{
constexpr uint64_t kMostStepsOfAPlace = 50000;
constexpr uint64_t kThenOneIn = 256;
constexpr uint64_t kMostCalls = 20000; // since begin_everywhere()
constexpr size_t kPlaces = 1 << 14;
constexpr size_t kMostCode = 1 << 20;

thread_local Level *g_level; // of this thread, if it is stepped everywhere

struct Place
{
    uint64_t calls;
    uint64_t steps; // of those that were stepped
};
Place *g_places; // by the address that calls return to; shared with children
Place *g_place;  // of the call that is stepped
size_t g_steps_before;
uint64_t g_entries;
uint32_t g_call;                 // that is stepped
uint32_t g_passed_in[kMostCode]; // by instruction: the last of these calls that passed it

struct
{
    uintptr_t pc; // 0: none
    uint8_t original;
} g_return;

bool is_entry(const siginfo_t *info)
{
    return info->si_code == SEGV_ACCERR && in_library(uintptr_t(info->si_addr));
}

bool is_wanted(Place &place)
{
    return place.calls++ % kThenOneIn == 0 || place.steps < kMostStepsOfAPlace;
}

void run_to(uintptr_t pc)
{
    machine::make_writable(pc);
    g_return = {pc, *code_at(pc)};
    poke(pc, machine::kInt3);
}

void on_entry(Level &level, ucontext_t *interrupted)
{
    greg_t *regs = interrupted->uc_mcontext.gregs;
    if (++g_entries > kMostCalls)
        return;
    level.entry_sp = uintptr_t(regs[REG_RSP]);
    uintptr_t back = *reinterpret_cast<const uintptr_t *>(level.entry_sp);
    g_place = &g_places[back % kPlaces];
    if (!is_wanted(*g_place) && g_return.pc == 0 && !in_library(back))
        return run_to(back);
    g_steps_before = level.seen;
    begin_passes();
    regs[REG_EFL] |= machine::kTrapFlag;
    on_single_step(level, interrupted);
}

// The code is not executable: somebody enters the library, or is in it while another thread left it.
void on_fault(int, siginfo_t *info, void *context)
{
    int saved_errno = errno;
    if (!is_entry(info))
    {
        signal(SIGSEGV, SIG_DFL); // it happens again, to the default
        return;
    }
    machine::make_executable(true);
    Level *level = innermost();
    if (level != nullptr && level->walks)
        walk_on(*level, static_cast<ucontext_t *>(context));
    else if (g_level != nullptr)
        on_entry(*g_level, static_cast<ucontext_t *>(context));
    errno = saved_errno;
}
} // namespace

void note_faults()
{
    handle(SIGSEGV, on_fault);
}

bool has_left(Level &level, const ucontext_t *interrupted)
{
    const greg_t *regs = interrupted->uc_mcontext.gregs;
    bool left = uintptr_t(regs[REG_RSP]) > level.entry_sp && !in_library(uintptr_t(regs[REG_RIP]));
    if (left)
    {
        g_place->steps += level.seen - g_steps_before;
        machine::make_executable(false);
    }
    return left;
}

void begin_passes()
{
    g_call++;
}

bool is_first_pass(uintptr_t pc)
{
    uint32_t &passed_in = g_passed_in[(pc - library_base()) % kMostCode];
    bool first = passed_in != g_call;
    passed_in = g_call;
    return first;
}

// Another thread that comes by there may be the one that meets it.
bool has_returned(ucontext_t *interrupted)
{
    greg_t &pc = interrupted->uc_mcontext.gregs[REG_RIP];
    if (g_return.pc == 0 || uintptr_t(pc) != g_return.pc + 1)
        return false;
    pc = greg_t(g_return.pc);
    poke(g_return.pc, g_return.original);
    g_return.pc = 0;
    machine::make_executable(false);
    return true;
}

void begin_everywhere(Inject inject, void *context)
{
    if (g_places == nullptr)
        g_places = static_cast<Place *>(mmap(nullptr, kPlaces * sizeof *g_places, PROT_READ | PROT_WRITE,
                                             MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    if (g_places == MAP_FAILED)
        abort();
    Level wanted = {};
    wanted.where = Where::Library;
    wanted.index = kAlways;
    wanted.inject = inject;
    wanted.context = context;
    wanted.has_no_end = true;
    g_level = &push(wanted);
    g_entries = 0;
    note_faults();
    machine::make_executable(false);
}

void end_everywhere()
{
    machine::make_executable(true);
    g_level = nullptr;
    forget();
}
} // namespace stepper
