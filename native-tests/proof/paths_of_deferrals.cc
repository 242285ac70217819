// SPDX-License-Identifier: MIT
//
// A call that does what a handler deferred to it. The handler must come before the boundary that
// the stepper chooses, and without the stepper: by an illegal instruction, planted where the call
// holds the lock, that its handler takes out again.
#include "paths.h"

#include "stepper/stepper.h"
#include "stepper/machine.h"

#include <csignal>

namespace proof
{
namespace
{
constexpr uint8_t kIllegal = 0x06; // one byte, invalid in 64-bit mode

struct Plant
{
    Interruption *on;
    volatile uint8_t *place; // nullptr: not found yet
    uint8_t original;
} g_plant;

void free_three(int, siginfo_t *, void *)
{
    *g_plant.place = g_plant.original;
    play(*g_plant.on, "fff");
}

void allocate_zeroed(void *on)
{
    auto *interruption = static_cast<Interruption *>(on);
    interruption->result = interruption->door().allocate(64, __GFP_ZERO, NUMA_NO_NODE);
}

void free_one(void *on, size_t)
{
    play(*static_cast<Interruption *>(on), "f");
}

// The first instruction at which a free is deferred.
uintptr_t first_place_that_defers(Interruption &on)
{
    static stepper::Trace trace;
    stepper::trace(allocate_zeroed, &on, trace);
    on.own.adopt(on.result, 64);
    uintptr_t found = 0;
    for (size_t i = 0; i < trace.count && found == 0; i++)
    {
        uint64_t before = count(&BucketStats::defer_free, 64);
        stepper::inject_at(trace, i, allocate_zeroed, &on, free_one, &on);
        on.own.adopt(on.result, 64);
        if (count(&BucketStats::defer_free, 64) != before)
            found = trace.boundary[i].pc;
        if (on.older.size() < 10)
            on.older.allocate(64);
    }
    on.result = nullptr;
    return found;
}

void find_the_place(Interruption &on)
{
    g_plant.on = &on;
    if (g_plant.place != nullptr)
        return;
    struct sigaction action = {};
    action.sa_sigaction = free_three;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGILL, &action, nullptr);
    uintptr_t pc = first_place_that_defers(on);
    stepper::machine::make_writable(pc);
    g_plant.original = *stepper::code_at(pc);
    g_plant.place = reinterpret_cast<volatile uint8_t *>(pc);
}

void plant_and_allocate(Interruption &on)
{
    uint8_t there = *g_plant.place; // the stepper's breakpoint, if it is at the same place
    if (there == g_plant.original)
        *g_plant.place = kIllegal;
    allocate_zeroed(&on);
    if (there == g_plant.original)
        *g_plant.place = g_plant.original;
}
} // namespace

void add_deferrals(std::vector<Situation> &to)
{
    Situation situation = own_path("AllocateThatDoesDeferredFrees", "kmalloc_nolock",
                                   plant_and_allocate, find_the_place);
    situation.varies = true; // nothing is deferred if the stepper stops at that very place
    to.push_back(situation);
}
} // namespace proof
