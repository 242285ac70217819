// SPDX-License-Identifier: MIT
//
// The stepper interrupts a call at a chosen machine instruction, deterministically and in process.
//
// A boundary is the place before one instruction. trace() runs a call one instruction at a time
// and notes every boundary whose pc lies in libnolockalloc's text. inject_at() runs the call again
// and calls back at ONE of these boundaries, from a signal handler on the interrupted stack: what
// the callback does there is what a real handler would do. The callback may leave with siglongjmp
// (say forget() where it lands), may trace or inject again (deeper levels), may fork.
//
// Three drivers: the trap flag (slow, any code), one int3 (fast; the boundaries of an earlier trace), and an int3 that
// walks from each instruction to the next (traces). Of the last two nobody else may be inside the library meanwhile.
// A run that injected nothing proves nothing: look at Outcome::injections.
//
// Context: any number of levels, one thread per level; SIGTRAP belongs to the stepper.
#ifndef NOLOCKALLOC_TESTS_STEPPER_H
#define NOLOCKALLOC_TESTS_STEPPER_H

#include "unstepped.h"

#include <cstddef>
#include <cstdint>
#include <ucontext.h>

namespace stepper
{
using Call = void (*)(void *argument);
using Inject = void (*)(void *context, size_t index);

enum class Where
{
    Library,  // count boundaries in libnolockalloc only
    Anywhere, // count every boundary between call and return
};

struct Boundary
{
    uintptr_t pc;
    uint32_t occurrence; // how many boundaries of the same trace had this pc before
    uint32_t depth;      // bytes of stack in use, from the call on
};

constexpr size_t kMaxBoundaries = 1 << 18;

struct Trace
{
    size_t count; // boundaries passed; beyond kMaxBoundaries they are counted, not noted
    uint32_t deepest;
    Boundary boundary[kMaxBoundaries];
};

Trace *map_trace(); // shared with the children of later forks
void unmap_trace(Trace *trace);

struct Outcome
{
    size_t boundaries; // passed before the injection, or in all if there was none
    size_t injections; // 0 or 1, but of inject_everywhere()
};

// Code that counts as the library: by default the object that has kmalloc_nolock_noprof.
bool in_library(uintptr_t pc);
uintptr_t library_base();
void watch_code_of(const void *function); // a control: watch another object, nullptr = the library

// Run the handler on the alternate signal stack of the thread, if it has one.
void use_alternate_stack(bool use);

// What happens on the way at one boundary of a call that is stepped on, unlike an injection: another
// handler comes, or a register is changed.
struct Disturbance
{
    size_t index = SIZE_MAX; // never
    Inject inject = nullptr;
    void *context = nullptr;
};

// Each boundary of call(argument), none interrupted. A call that does not return, but ends its
// thread, is traced to the thread's end; number_occurrences() is then left to the caller.
void trace(Call call, void *argument, Trace &into, Where where = Where::Library,
           const Disturbance &before = {});
void number_occurrences(Trace &trace);

// The trap flag driver.
Outcome inject_at(size_t index, Call call, void *argument, Inject inject, void *context,
                  Where where = Where::Library);

// The walking driver at every boundary of one call, at its first pass through each instruction.
Outcome inject_everywhere(Call call, void *argument, Inject inject, void *context);

// The int3 driver: the boundary index of a trace of the same call from the same state, which was
// disturbed in the same way, at an earlier one.
Outcome inject_at(const Trace &trace, size_t index, Call call, void *argument, Inject inject,
                  void *context, const Disturbance &before = {});

// Injects at every boundary of the library that this thread passes from here on, and that the children of its forks
// do, until end_everywhere(). Outside of the library the thread runs at full speed: the code of the library is not
// executable meanwhile, and SIGSEGV tells that it is entered. Another thread that meets this makes it executable and
// goes on, and what this thread does in the library meanwhile is not seen.
void begin_everywhere(Inject inject, void *context);
void end_everywhere();

// In a callback: the registers at the boundary, as the interrupted call will find them.
ucontext_t &interrupted();

// After a siglongjmp out of a callback, or in the child of a fork there: no level is active.
void forget();

// The bytes of the instruction there. The int3 driver takes its breakpoint out before it calls
// back, so these are always the program's own.
inline const uint8_t *code_at(uintptr_t pc)
{
    return reinterpret_cast<const uint8_t *>(pc);
}
} // namespace stepper

#endif
