/* SPDX-License-Identifier: MIT */
/*
 * The walk itself: by call frame information where a module has it, else by the frame pointer. Each
 * step must move towards the stack's high end, so a damaged stack ends the walk and cannot loop it.
 */
#include <ucontext.h>

#include "stack_walk.h"

/* For code without tables (a JIT's): the frame pointer is trusted only as far as it makes sense. */
static bool frame_pointer_step(struct registers *registers, const struct stack_range *stack)
{
    uintptr_t frame = registers->value[MACHINE_FP];
    uintptr_t caller_frame;
    uintptr_t pc;

    if ((registers->known >> MACHINE_FP & 1) == 0 || frame < registers->value[MACHINE_SP])
        return false;
    if (!stack_word(stack, frame + MACHINE_FRAME_FP * sizeof frame, &caller_frame) ||
        !stack_word(stack, frame + MACHINE_FRAME_RA * sizeof frame, &pc))
        return false;
    if (pc != 0 && caller_frame != 0 && caller_frame <= frame)
        return false;
    registers->value[MACHINE_FP] = caller_frame;
    registers->value[MACHINE_SP] = frame + (MACHINE_FRAME_RA + 1) * sizeof frame;
    registers->known = (uint64_t)1 << MACHINE_FP | (uint64_t)1 << MACHINE_SP;
    registers->pc = pc;
    registers->at_signal = false;
    return true;
}

static bool step(struct registers *registers, const struct stack_range *stack)
{
    return (registers->at_signal && machine_return_step(registers, stack)) ||
           cfi_step(registers, stack) ||
           (registers->at_signal && machine_prologue_step(registers, stack)) ||
           frame_pointer_step(registers, stack);
}

/* An address inside the instruction that is executing: a return address is just behind the call. */
static uintptr_t place(const struct registers *registers)
{
    return registers->pc - (registers->at_signal ? 0 : 1);
}

/* The alternate signal stack, as the kernel noted it when the signal came. */
static struct stack_range alternate_stack(const void *context)
{
    const ucontext_t *interrupted = context;
    uintptr_t low = (uintptr_t)interrupted->uc_stack.ss_sp;

    return (struct stack_range){low, low + interrupted->uc_stack.ss_size};
}

/*
 * What lies below a frame's sp is dead, with one exception: an interrupted function may have popped
 * a register whose table entry still points to where it was saved, and the kernel leaves the red
 * zone.
 */
static uintptr_t lowest_live(uintptr_t sp, bool at_signal, uintptr_t low)
{
    uintptr_t zone = at_signal ? MACHINE_RED_ZONE : 0;

    return sp - low > zone ? sp - zone : low;
}

/* Whether a step went where a caller can be; between stacks it may jump, but only once. */
static bool moved_up(uintptr_t from, const struct registers *to, bool may_stay,
                     struct stack_range *stack, struct stack_range *other)
{
    uintptr_t sp = to->value[MACHINE_SP];

    if (stack_holds(other, sp) && !stack_holds(stack, sp))
    {
        *stack = *other;
        *other = (struct stack_range){0, 0};
        return true;
    }
    return sp > from || (sp == from && may_stay);
}

struct walk walk_stack(const void *context, struct stack_range stack, uintptr_t *pc, size_t max)
{
    struct stack_range other = alternate_stack(context);
    struct walk walk = {.depth = 0};
    struct registers registers;

    machine_registers(context, &registers);
    pc[walk.depth++] = place(&registers);
    if (!stack_holds(&stack, registers.value[MACHINE_SP]))
    {
        struct stack_range own = stack;
        stack = other;
        other = own;
    }
    if (!stack_holds(&stack, registers.value[MACHINE_SP]))
        return walk; /* on a stack that we were not told of */
    while (walk.depth < max && !walk.complete)
    {
        uintptr_t sp = registers.value[MACHINE_SP];
        bool may_stay = registers.at_signal; /* a leaf of arm64 need not have moved sp */
        struct stack_range live = {lowest_live(sp, may_stay, stack.low), stack.high};

        if (!step(&registers, &live))
            break;
        walk.complete = registers.outermost || registers.pc == 0;
        if (walk.complete || !moved_up(sp, &registers, may_stay, &stack, &other))
            break;
        walk.in_signal_handler |= registers.at_signal;
        pc[walk.depth++] = place(&registers);
    }
    return walk;
}
