/* SPDX-License-Identifier: MIT */
/*
 * The stack walk of the SIGPROF handler. Everything here may run in a signal handler: no lock, no
 * malloc, no system call; memory is read only inside the thread's stacks and inside the unwind
 * tables of loaded modules.
 *
 * What is walked: code with .eh_frame (everything that gcc and clang make for x86-64 and arm64
 * unless told otherwise, the C library and its signal trampoline included), else code that keeps
 * frame pointers; the thread's own stack and its alternate signal stack. What is not: code with
 * neither (some JITs, hand-written assembly), and stacks of the program's own making (coroutines).
 * There the walk stops, and the sample says so.
 */
#ifndef SIGPROF_STACK_WALK_H
#define SIGPROF_STACK_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

/* A stack, or the part of it that may be read: [low, high). */
struct stack_range
{
    uintptr_t low;
    uintptr_t high;
};

/* What a function's caller had in its registers, as far as known. */
struct registers
{
    uintptr_t value[MACHINE_REGISTERS]; /* by DWARF number */
    uint64_t known;                     /* one bit a register */
    uintptr_t pc;
    bool at_signal; /* pc is where a signal arrived, not a return address */
    bool outermost; /* this frame has no caller, and says so */
};

/* machine.c: the registers of the interrupted code, from the handler's third argument. */
void machine_registers(const void *context, struct registers *registers);

/* machine.c: a return address without what the machine hides in it. */
uintptr_t machine_return_address(uintptr_t word, bool is_signed);

/*
 * machine.c: from an interrupted function that is about to return, with nothing left to do but to
 * restore registers, to its caller. The tables of ILC, which compiles our C#, do not describe the
 * ends of functions; elsewhere they say the same.
 */
bool machine_return_step(struct registers *registers, const struct stack_range *stack);

/*
 * machine.c: from an interrupted function that has not made its frame yet, and has no table that would
 * say so, to its caller. So are the fast paths of the library, which has no tables for its C#.
 */
bool machine_prologue_step(struct registers *registers, const struct stack_range *stack);

/* cfi_step.c: from a frame to its caller by the call frame information; false: there is none. */
bool cfi_step(struct registers *registers, const struct stack_range *stack);

struct walk
{
    size_t depth;
    bool complete;          /* the walk reached the thread's first function */
    bool in_signal_handler; /* it came through the frame of a signal */
};

/**
 * walk_stack - where the interrupted code and its callers are, leaf first
 * @context: the handler's third argument
 * @stack: the thread's stack; an empty range gives the leaf only
 * @pc: max places, of which walk.depth are filled, at least 1
 *
 * Context: any.
 */
struct walk walk_stack(const void *context, struct stack_range stack, uintptr_t *pc, size_t max);

static inline bool stack_holds(const struct stack_range *stack, uintptr_t address)
{
    return address >= stack->low && address < stack->high;
}

static inline bool stack_word(const struct stack_range *stack, uintptr_t address, uintptr_t *word)
{
    if (!stack_holds(stack, address) || stack->high - address < sizeof *word ||
        address % sizeof *word != 0)
        return false;
    *word = *(const uintptr_t *)address;
    return true;
}

#endif /* SIGPROF_STACK_WALK_H */
