/* SPDX-License-Identifier: MIT */
/*
 * The walk itself: by call frame information where a module has it, else by the frame pointer. Each
 * step must move towards the stack's high end, so a damaged stack ends the walk and cannot loop it.
 */
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

/* An address inside the instruction that is executing: a return address is just behind the call. */
static uintptr_t place(const struct registers *registers)
{
    return registers->pc - (registers->at_signal ? 0 : 1);
}

struct walk walk_stack(const void *context, struct stack_range stack, uintptr_t *pc, size_t max)
{
    struct walk walk = {.depth = 0};
    struct registers registers;

    machine_registers(context, &registers);
    pc[walk.depth++] = place(&registers);
    if (registers.value[MACHINE_SP] < stack.low || registers.value[MACHINE_SP] >= stack.high)
        return walk; /* on a stack that we were not told of */
    while (walk.depth < max && !walk.complete)
    {
        uintptr_t sp = registers.value[MACHINE_SP];
        bool may_stay = registers.at_signal; /* a leaf of arm64 need not have moved sp */

        stack.low = sp; /* what lies below is dead */
        if (!cfi_step(&registers, &stack) && !frame_pointer_step(&registers, &stack))
            break;
        walk.complete = registers.outermost || registers.pc == 0;
        if (walk.complete || registers.value[MACHINE_SP] < sp ||
            (registers.value[MACHINE_SP] == sp && !may_stay))
            break;
        walk.in_signal_handler |= registers.at_signal;
        pc[walk.depth++] = place(&registers);
    }
    return walk;
}
